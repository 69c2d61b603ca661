// 企图：返回读一下就抛异常的对象，抛出的东西没有 message
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  return { get a() { throw new Proxy({}, { get() { throw null; } }); } };
}
