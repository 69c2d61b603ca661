// 企图：改写 Array.prototype，every 永远为真，map 原样返回，下标有 setter
// 预期：一分也不多得。
// 得分：1
Array.prototype.every = () => true;
Array.prototype.map = function () { return this; } as any;
Array.prototype.some = () => false;
Object.defineProperty(Array.prototype, "0", { get: () => 0, set() {}, configurable: true });
