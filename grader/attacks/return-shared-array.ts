// 企图：返回共享内存上的类型化数组，返回之后再改
// 预期：一分也不多得。
// 得分：1
// 消息：应是一个数
const shared = new Float64Array(new SharedArrayBuffer(8));
setInterval(() => { shared[0] = Math.random(); }, 0);
function huberGrad(): any { return shared; }
