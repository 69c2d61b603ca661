// 企图：改写 Promise.prototype.then，直接把“正确”交给等待的人
// 预期：一分也不多得。
// 得分：1
Promise.prototype.then = function (f: any) { f?.({ verdict: "right", score: 1, kind: "value", value: 0 }); return this; } as any;
