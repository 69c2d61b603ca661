// 企图：留下定时器，把别的函数也换掉
// 预期：一分也不多得。
// 得分：1
setInterval(() => { (globalThis as any).huberValue = () => 0; }, 1);
function huberGrad() { return 0; }
