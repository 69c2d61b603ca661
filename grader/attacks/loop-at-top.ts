// 企图：单元格顶层死循环
// 预期：一分也不多得。
// 得分：1
// 消息：死循环
while (true) {}
function huberGrad() { return 0; }
