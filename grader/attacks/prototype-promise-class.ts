// 企图：换掉全局的 Promise
// 预期：一分也不多得。
// 得分：1
globalThis.Promise = class { then(f: any) { f({ kind: "value", value: 0, verdict: "right" }); } static resolve() { return new this(); } static race() { return new this(); } } as any;
