// 企图：改写 Atomics 与 SharedArrayBuffer，干扰超时
// 预期：一分也不多得。
// 得分：1
for (const name of ["wait", "load", "store", "add", "notify", "exchange"]) (Atomics as any)[name] = () => 0;
globalThis.SharedArrayBuffer = ArrayBuffer as any;
