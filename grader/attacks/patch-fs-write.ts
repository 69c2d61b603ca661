// 企图：改写 fs 的同步读写与 Buffer.from，在字节上伪造回答
// 预期：只是换了自己的回答：换成 0 一样是错的。
// 得分：0
const fs = await import("node:fs");
const forge = (text: unknown) => String(text).replace(/"value":[^}]*/, '"value":0,"verdict":"right","score":10');
const write = fs.default.writeSync;
fs.default.writeSync = ((fd: number, data: unknown, ...rest: unknown[]) => write(fd, forge(data))) as any;
fs.default.readSync = (() => 0) as any;
const from = Buffer.from;
Buffer.from = ((data: unknown, ...rest: any[]) => from(typeof data === "string" ? forge(data) : data, ...rest)) as any;
