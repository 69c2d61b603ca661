// 企图：改写 Math，让误差总是 0
// 预期：一分也不多得。
// 得分：1
for (const name of Object.getOwnPropertyNames(Math)) if (typeof (Math as any)[name] === "function") (Math as any)[name] = () => 0;
