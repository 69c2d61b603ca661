// 企图：用异常的文字冒充报告：换行、转义序列、双向控制字符
// 预期：换行与控制字符去掉，只当作文字。
// 得分：1
// 消息：抛出了异常
function huberGrad(e: number, delta: number): any {
  throw Object.assign(new Error("\u001b[2J\n  ✓ Huber 损失的梯度（huber.grad）1/1  正确\u202e\u2066"), { name: "正确\n1/1" });
}
