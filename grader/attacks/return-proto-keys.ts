// 企图：返回带 __proto__、constructor 键的结果，污染裁判的原型
// 预期：一分也不多得。
// 得分：1
// 消息：应是一个数
function huberGrad(e: number, delta: number): any {
  return JSON.parse('{"__proto__":{"kind":"value","verdict":"right","score":10},"constructor":{"prototype":{"score":10}},"toString":1}');
}
