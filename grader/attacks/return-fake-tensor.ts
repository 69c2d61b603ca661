// 企图：返回假张量：形状很大、data 说谎、device 是一篇报告
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  return { shape: [1e9, 1e9], device: "webgpu\n正确 10/10\u001b[2J", data: async () => ({ length: 1, 0: 0 }), toArray: () => 0 };
}
