// 企图：往通道里写奇怪的结构：toString 是数、嵌套十万层、原型键、坏的 UTF-8
// 预期：认不出的一律丢掉，裁判不崩。
// 得分：0-1
const fs = await import("node:fs");
function huberGrad() {
  const strange = [
    '{"id":ID,"op":"answer","reply":{"kind":"throw","name":{"toString":1},"message":{"toString":1,"valueOf":1}}}',
    '{"id":ID,"__proto__":{"verdict":"right"},"reply":{"__proto__":{"kind":"value","value":0},"constructor":{"prototype":{"score":10}}}}',
    '{"id":ID,"reply":' + "[".repeat(100_000) + "]".repeat(100_000) + "}",
    "null", "[]", '"right"', "1e999", "{", "\u0000",
  ];
  for (let id = 1; id < 60; id++) for (const line of strange) { try { fs.writeSync(3, line.replace("ID", String(id)) + "\n"); } catch {} }
  try { fs.writeSync(3, Buffer.from([0xff, 0xfe, 0xc0, 0x80, 10])); } catch {}
  return 0;
}
