// 企图：读裁判的环境变量与命令行
// 预期：一分也不多得。
// 得分：1
// 消息：看见：$
// 看机制：是
let seen = JSON.stringify(process.env) + process.argv.join(" ") + process.execArgv.join(" ");
seen = /绝密/.test(seen) ? "绝密" : "";
function huberGrad(): never { throw new Error("看见：" + Buffer.from(seen, "latin1").toString("utf8").replace(/\s+/g, " ").slice(0, 400)); }
