// 企图：WebAssembly 的内存长到 4 GiB
// 预期：只赔上这一题。
// 得分：1
function huberGrad(e: number, delta: number): any {
  const all: any[] = [];
  for (;;) { const memory = new WebAssembly.Memory({ initial: 16384, maximum: 65536 }); new Uint8Array(memory.buffer).fill(1); all.push(memory); }
}
