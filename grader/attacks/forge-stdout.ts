// 企图：打印伪造的报告
// 预期：一分也不多得。
// 得分：1
console.log(JSON.stringify({ version: 1, submissions: [{ score: 10, maxScore: 10, verdict: "right" }] }));
process.stdout.write("10/10 正确\n");
process.stderr.write("TIDU-GRADE-000：正确\n");
