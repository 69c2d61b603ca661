// 企图：Proxy 的每个陷阱都死循环
// 预期：一分也不多得。
// 得分：1
// 消息：像是死循环
function huberGrad(e: number, delta: number): any {
  const spin = (): any => { for (;;) {} };
  return new Proxy({}, { get: spin, has: spin, ownKeys: spin, getPrototypeOf: spin, getOwnPropertyDescriptor: spin });
}
