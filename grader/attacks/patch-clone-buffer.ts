// 企图：改写 structuredClone 与 Buffer，换掉经过的字节
// 预期：一分也不多得。
// 得分：1
globalThis.structuredClone = (() => 0) as any;
Buffer.from = (() => Buffer.alloc(0)) as any;
Buffer.concat = (() => Buffer.alloc(0)) as any;
Buffer.prototype.toString = () => '{"id":1,"op":"answer","reply":{"kind":"value","value":0}}';
