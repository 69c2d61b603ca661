// 企图：抛出 null、Proxy、没有原型的对象、message 是 getter 的错误
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  throw e > 0 ? null : Object.create(null, { message: { get() { for (;;) {} } }, name: { get: () => Symbol("x") } });
}
