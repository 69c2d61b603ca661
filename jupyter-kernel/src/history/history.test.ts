import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import Libsql from "libsql";
import { historyFile } from "./database.js";
import { glob } from "./glob.js";
import { History } from "./history.js";

const rows = async (history: History, request: Record<string, unknown>) =>
  (await history.answer(request)) as [number, number, unknown][];
const inputs = async (history: History, request: Record<string, unknown>) =>
  (await rows(history, request)).map((row) => row[2]);

/** 运行 body，收下它写到 stderr 的话。 */
async function logged(body: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const original = console.error;
  console.error = (line: unknown) => lines.push(String(line));
  try {
    await body();
  } finally {
    console.error = original;
  }
  return lines;
}

describe("历史", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tidu-history-"));
    file = join(folder, "深", "history.sqlite");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const session = async (...lines: string[]) => {
    const history = new History(file);
    for (const [index, input] of lines.entries()) history.add(index + 1, input);
    await history.flush();
    return history;
  };

  for (const kind of ["内存", "文件"])
    describe(`一次会话（${kind}）`, () => {
      let history: History;
      beforeEach(async () => {
        history = new History(kind === "内存" ? ":memory:" : file);
        for (const [line, input] of ["const a = 1", "a + 1", "a + 1", "b"].entries())
          history.add(line + 1, input);
        history.setOutput("3");
      });
      afterEach(() => history.close());

      it("tail 取最后 n 条", async () => {
        const own = kind === "内存" ? 0 : 1;
        assert.deepEqual(await rows(history, { hist_access_type: "tail", n: 2 }), [
          [own, 3, "a + 1"],
          [own, 4, "b"],
        ]);
        assert.deepEqual(await inputs(history, { hist_access_type: "tail", n: 0 }), []);
        assert.deepEqual(await inputs(history, { hist_access_type: "tail", n: -3 }), []);
        const [last] = await inputs(history, { hist_access_type: "tail", n: 1, output: true });
        assert.deepEqual(last, ["b", "3"]);
      });

      it("range 左闭右开，负的编号从末尾数；不认识的方式没有结果", async () => {
        const range = (more: object) => rows(history, { hist_access_type: "range", ...more });
        assert.deepEqual(await range({ session: 0, start: 1, stop: 3 }), [
          [0, 1, "const a = 1"],
          [0, 2, "a + 1"],
        ]);
        assert.deepEqual(
          (await range({ start: -1 })).map(([, line]) => line),
          [4],
        );
        assert.deepEqual(await range({ session: -1, start: 1 }), []);
        assert.deepEqual(await range({ session: 99 }), []);
        assert.deepEqual(await inputs(history, { hist_access_type: "什么" }), []);
      });

      it("search 用通配符整条匹配，unique 去重", async () => {
        const search = (more: object) => inputs(history, { hist_access_type: "search", ...more });
        assert.deepEqual(await search({ pattern: "a + ?" }), ["a + 1", "a + 1"]);
        assert.deepEqual(await search({ pattern: "a*", unique: true }), ["a + 1"]);
        assert.deepEqual(await search({ pattern: "*a*", n: 1 }), ["a + 1"]);
        assert.deepEqual(await search({ pattern: "a" }), []);
        assert.equal((await search({})).length, 4);
      });
    });

  it("跨会话：tail 与 search 先本次再以前，range 负数往前数；结果也在", async () => {
    const first = new History(file);
    first.add(1, "旧的");
    first.setOutput("9");
    await first.close();
    const second = await session("中一", "中二");
    await second.close();
    const third = await session("新的");
    assert.deepEqual(await rows(third, { hist_access_type: "tail", n: 3 }), [
      [2, 1, "中一"],
      [2, 2, "中二"],
      [3, 1, "新的"],
    ]);
    assert.deepEqual(await rows(third, { hist_access_type: "range", session: -2, output: true }), [
      [1, 1, ["旧的", "9"]],
    ]);
    assert.deepEqual(await rows(third, { hist_access_type: "range", session: 2, start: 2 }), [
      [2, 2, "中二"],
    ]);
    assert.deepEqual(await rows(third, { hist_access_type: "range", session: 3 }), [[3, 1, "新的"]]);
    assert.deepEqual(await rows(third, { hist_access_type: "range", session: 0 }), [[0, 1, "新的"]]);
    assert.deepEqual(await inputs(third, { hist_access_type: "search", pattern: "[旧新]的" }), [
      "旧的",
      "新的",
    ]);
    await third.close();
    // 还没有写过的会话：-1 是文件里最后一次
    const fourth = new History(file);
    assert.deepEqual(await inputs(fourth, { hist_access_type: "range", session: -1 }), ["新的"]);
    await fourth.close();
    const db = new Libsql(file);
    assert.deepEqual(
      (db.prepare("SELECT num_cmds FROM sessions ORDER BY session").all() as { num_cmds: number }[]).map(
        (row) => row.num_cmds,
      ),
      [1, 2, 1],
    );
    db.close();
    assert.equal(statSync(file).mode & 0o077, 0);
  });

  it("许多会话同时写：各有各的号，一条不少", async () => {
    const many = await Promise.all(Array.from({ length: 8 }, (_, k) => session(`甲${k}`, `乙${k}`)));
    await Promise.all(many.map((history) => history.flush()));
    const all = await inputs(many[0]!, { hist_access_type: "search", n: 100 });
    assert.equal(new Set(all).size, 16);
    await Promise.all(many.map((history) => history.close()));
  });

  it("上千条：翻页读，次序不乱", async () => {
    const first = await session(...Array.from({ length: 1234 }, (_, k) => `x${k}`));
    await first.close();
    const next = await session("末");
    const all = await inputs(next, { hist_access_type: "search", pattern: "x*" });
    assert.deepEqual(
      all,
      Array.from({ length: 1234 }, (_, k) => `x${k}`),
    );
    await next.close();
  });

  it("锁着：不丢，锁放开后写进去，期间照样答", async () => {
    const first = await session("一");
    const db = new Libsql(file);
    db.exec("BEGIN IMMEDIATE");
    first.add(2, "二");
    assert.deepEqual(await inputs(first, { hist_access_type: "tail", n: 5 }), ["一", "二"]);
    db.exec("COMMIT");
    db.close();
    await first.close();
    const next = await session();
    assert.deepEqual(await inputs(next, { hist_access_type: "tail", n: 5 }), ["一", "二"]);
    await next.close();
  });

  const broken: [string, () => void][] = [
    ["不是数据库", () => writeFileSync(file, "这不是 SQLite 文件，只是一段足够长的文字。".repeat(50))],
    ["是个目录", () => mkdirSync(file)],
    ["上级是个文件", () => rmSync(join(folder, "深"), { recursive: true })],
  ];
  for (const [name, make] of broken)
    it(`文件用不了（${name}）：说一次，历史在内存里`, async () => {
      mkdirSync(join(folder, "深"));
      make();
      if (name === "上级是个文件") writeFileSync(join(folder, "深"), "");
      const lines = await logged(async () => {
        const history = await session("甲");
        history.add(2, "乙");
        assert.deepEqual(await inputs(history, { hist_access_type: "tail", n: 5 }), ["甲", "乙"]);
        await history.flush();
        await history.close();
      });
      assert.equal(lines.length, 1);
      assert.match(lines[0]!, /TIDU-JUP-030：历史文件 .* 用不了/);
    });

  it("不能写的地方：说一次，历史在内存里", async function () {
    if (process.platform !== "linux") return this.skip();
    file = "/proc/self/history.sqlite";
    const lines = await logged(async () => {
      const history = await session("乙");
      assert.deepEqual(await inputs(history, { hist_access_type: "tail", n: 5 }), ["乙"]);
    });
    assert.match(lines.join(), /TIDU-JUP-030/);
  });

  it("文件中途被删、中途坏掉：不抛错", async () => {
    const history = await session("甲");
    rmSync(join(folder, "深"), { recursive: true });
    history.add(2, "乙");
    await logged(async () => {
      assert.ok((await inputs(history, { hist_access_type: "tail", n: 5 })).includes("乙"));
      await history.close();
    });
  });

  it("没有要记的就不建文件", async () => {
    const history = new History(file);
    await history.close();
    assert.equal(existsSync(file), false);
  });

  it("位置：TIDU_HISTORY，其次 XDG_DATA_HOME（要是绝对路径），其次家目录", () => {
    assert.equal(historyFile({ TIDU_HISTORY: ":memory:", XDG_DATA_HOME: "/x" }), ":memory:");
    if (process.platform === "win32") return;
    assert.equal(historyFile({ XDG_DATA_HOME: "/x" }), "/x/tidu/history.sqlite");
    assert.match(historyFile({ XDG_DATA_HOME: "相对" }), /\.local\/share\/tidu\/history\.sqlite$/);
  });
});

describe("glob 与 SQLite 的 GLOB 一致", () => {
  it("随机的模式与文字", () => {
    const db = new Libsql(":memory:");
    const like = db.prepare("SELECT ? GLOB ? AS fits");
    const letters = fc.constantFrom("a", "b", "B", "-", "梯", "😀", "\n");
    const wild = fc.oneof(letters, fc.constantFrom("*", "?", "[", "]", "^", "[a-b]", "[^a]", "[]a]"));
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 8 }), fc.array(letters, { maxLength: 8 }), (p, t) => {
        const [pattern, text] = [p.join(""), t.join("")];
        // 没有配对的 [ 在 SQLite 里什么也不匹配，这里当普通字符；不比
        if (/\[(?![\s\S][^[]*\])/.test(pattern)) return;
        assert.equal(glob(pattern)(text), (like.get(text, pattern) as { fits: number }).fits === 1);
      }),
      { numRuns: 3000 },
    );
    db.close();
  });

  it("刁钻的模式不拖死内核", () => {
    const pattern = "*a".repeat(200);
    assert.equal(glob(pattern)("a".repeat(5000).replace(/a$/, "b").concat("b")), false);
  });
});
