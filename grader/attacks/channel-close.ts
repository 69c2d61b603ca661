// 企图：关掉与裁判的通道
// 预期：一分也不多得。
// 得分：1
const fs = await import("node:fs");
function huberGrad() { fs.closeSync(3); return 0; }
