// 企图：改写 performance、Date、setTimeout，让自己的时钟停住，好一直算下去
// 预期：计时在裁判那边：按时停下。
// 得分：1
// 消息：像是死循环
performance.now = () => 0;
Date.now = () => 0;
globalThis.setTimeout = (() => 0) as any;
globalThis.clearTimeout = (() => 0) as any;
function huberGrad() { for (;;) {} }
