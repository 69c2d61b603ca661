// 企图：把问过的点记下来，再问同一点时改口
// 预期：一分也不多得。
// 得分：1
const asked = new Map<string, number>();
function huberGrad(e: number, delta: number): any {
  const key = `${e},${delta}`;
  asked.set(key, (asked.get(key) ?? 0) + 1);
  return asked.get(key)! > 1 ? e : 0.25 * e;
}
