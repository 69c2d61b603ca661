import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { countSubmissions, submissions } from "./collect.js";
import { studentOfPath } from "./student.js";
import { zip } from "./zip-writer.js";

const notebook = '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}';
/** “张三” 的 GBK 字节。 */
const gbk = Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]);

describe("收提交", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tidu-collect-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (name: string, data: string | Buffer = notebook): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
    return path;
  };
  /** 学生 → 内容的长度，或理由的编号。 */
  async function list(...paths: string[]): Promise<[string, string, number | string][]> {
    const found: [string, string, number | string][] = [];
    for await (const item of submissions(paths)) {
      const path = item.path.slice(folder.length + 1);
      found.push([item.student, path, "bytes" in item ? item.bytes.length : item.reason.id]);
    }
    assert.equal(await countSubmissions(paths), found.length);
    return found;
  }
  const size = notebook.length;

  it("每人一个文件夹、每人一个文件、每人一个压缩包，混着交", async () => {
    put("张三/3-架构/02-losses.ipynb");
    put("张三/截图.png", "x");
    put("李四.ipynb");
    put("王五.zip", zip([{ name: "作业/02-losses.ipynb", data: notebook, utf8: true }]));
    assert.deepEqual(await list(folder), [
      ["张三", "张三/3-架构/02-losses.ipynb", size],
      ["李四", "李四.ipynb", size],
      ["王五", "王五.zip/作业/02-losses.ipynb", size],
    ]);
  });

  it("学生由文件夹或文件名得出", () => {
    const cases: [string[], string][] = [
      [["张三", "hw1", "02-losses.ipynb"], "张三"],
      [["张三.ipynb"], "张三"],
      [["02-losses_张三 (1).ipynb"], "张三"],
      [["2024001-张三-02-losses.ipynb"], "2024001-张三"],
      [["张三 - 副本.ipynb"], "张三"],
      [["张三-Copy1.ipynb"], "张三"],
      [["张三.ipynb.txt"], "张三"],
      [["02-losses.ipynb"], "作业三班"],
      [["Untitled.ipynb"], "作业三班"],
      [["张三_10234_assignsubmission_file_", "02-losses.ipynb"], "张三_10234"],
      [["zhangsan_LATE_12345_678901_02-losses-1.ipynb"], "zhangsan_12345"],
      [["第三次作业_2024001_attempt_2026-03-01-10-20-30_x.ipynb"], "2024001"],
      [["e\u0301mile.ipynb"], "émile"],
      [["张\u202e三\u0007.ipynb"], "张三"],
    ];
    for (const [parts, student] of cases)
      assert.equal(studentOfPath(parts, "作业三班"), student, parts.join("/"));
  });

  it("全班打成一个包：外壳去掉，名字是 GBK、CP437、UTF-8 都认得", async () => {
    const path = put(
      "全班.zip",
      zip(
        [
          { name: "hw/", data: "" },
          { name: Buffer.concat([Buffer.from("hw/"), gbk, Buffer.from(".ipynb")]), data: notebook },
          { name: "hw/李四/02-losses.ipynb", data: notebook },
          {
            name: Buffer.concat([Buffer.from("hw/Andr"), Buffer.from([0x82]), Buffer.from(".ipynb")]),
            data: notebook,
          },
          { name: "hw/赵六.zip", data: zip([{ name: "a\\b\\02-losses.ipynb", data: notebook }]), utf8: true },
          { name: "__MACOSX/hw/._李四.ipynb", data: "x" },
          { name: "../../etc/passwd.ipynb", data: notebook },
        ].filter(({ name }) => !String(name).startsWith("..")),
      ),
    );
    const found = await list(path);
    assert.deepEqual(found.map(([student]) => student).sort(), ["André", "张三", "李四", "赵六"].sort());
    assert.ok(found.every(([, , bytes]) => bytes === size));
  });

  it("往上走的路径只是个名字，什么也不写到磁盘上", async () => {
    const path = put("坏.zip", zip([{ name: "../../../tmp/张三.ipynb", data: notebook }]));
    assert.deepEqual(
      await list(path),
      [["张三", "坏.zip/tmp/张三.ipynb", size]].map((row) => ["tmp", ...row.slice(1)]),
    );
  });

  it("改了名、丢了扩展名的也收；检查点、说明、类型声明不收", async () => {
    for (const name of ["甲.ipynb.txt", "乙", "丙.json", "丁.ts", "戊.ipynb (1)"]) put(name);
    for (const name of [
      ".ipynb_checkpoints/x-checkpoint.ipynb",
      "a/.ipynb_checkpoints/y.ipynb",
      "._甲.ipynb",
    ])
      put(name);
    put("README.md", "# 说明");
    put("名单.json", "[1]");
    put("lib.d.ts", "");
    assert.deepEqual(
      (await list(folder)).map(([student]) => student),
      ["丁", "丙", "乙", "戊", "甲"].sort(),
    );
  });

  it("交错了格式、空文件夹、符号链接、设备：各有一条理由，其余照收", async () => {
    put("好.ipynb");
    put("张三/报告.pdf.rar");
    put("李四/报告.md");
    mkdirSync(join(folder, "王五"));
    symlinkSync("/etc/passwd", join(folder, "链接.ipynb"));
    symlinkSync(folder, join(folder, "绕圈"));
    put("坏.zip", "PK\u0003\u0004坏的");
    assert.deepEqual(
      (await list(folder)).map(([student, , result]) => [student, result]),
      [
        ["坏", "TIDU-GRADE-129"],
        ["好", size],
        ["张三", "TIDU-GRADE-132"],
        ["绕圈", "TIDU-GRADE-133"],
        ["链接", "TIDU-GRADE-133"],
        ["李四", "TIDU-GRADE-134"],
      ],
    );
    assert.deepEqual(
      (await list(join(folder, "没有"), join(folder, "王五"))).map(([, , result]) => result),
      ["TIDU-GRADE-101", "TIDU-GRADE-102"],
    );
  });

  it("压缩炸弹：谎报大小的、太大的、套太多层的、加密的、藏着链接的，都只赔上它自己", async () => {
    const zeros = Buffer.alloc(1 << 20);
    let nested = zip([{ name: "x.ipynb", data: notebook }]);
    for (let i = 0; i < 4; i++) nested = zip([{ name: "x.zip", data: nested }]);
    const path = put(
      "班.zip",
      zip([
        { name: "a谎报.ipynb", data: zeros, claimed: 100, utf8: true },
        { name: "b太大.ipynb", data: zeros, claimed: 1 << 30, utf8: true },
        { name: "c套娃.zip", data: nested, utf8: true },
        { name: "d加密.ipynb", data: notebook, encrypted: true, utf8: true },
        { name: "e链接.ipynb", data: "/etc/passwd", link: true, utf8: true },
        { name: "f好.ipynb", data: notebook, utf8: true },
      ]),
    );
    assert.deepEqual(
      (await list(path)).map(([student, , result]) => [student, result]),
      [
        ["a谎报", "TIDU-GRADE-129"],
        ["b太大", "TIDU-GRADE-128"],
        ["c套娃", "TIDU-GRADE-131"],
        ["d加密", "TIDU-GRADE-130"],
        ["e链接", "TIDU-GRADE-133"],
        ["f好", size],
      ],
    );
  });

  it("巨大的文件不读进内存", async () => {
    const path = put("大.ipynb");
    truncateSync(path, 3 * 2 ** 30);
    assert.deepEqual(await list(path), [["大", "大.ipynb", "TIDU-GRADE-128"]]);
  });

  it("两千份提交，内存不涨：一次只读一份", async () => {
    const body = notebook.padEnd(100_000, " ");
    const path = put(
      "班.zip",
      zip(Array.from({ length: 2000 }, (_, i) => ({ name: `s${i}.ipynb`, data: body }))),
    );
    let count = 0;
    let most = 0;
    for await (const item of submissions([path])) {
      assert.ok("bytes" in item && item.bytes.length === 100_000);
      if (++count % 200 === 0) {
        globalThis.gc?.();
        most = Math.max(most, process.memoryUsage().arrayBuffers);
      }
    }
    assert.equal(count, 2000);
    // 全部留着是 200 MB。
    assert.ok(most < 100e6, `${most}`);
  });
});
