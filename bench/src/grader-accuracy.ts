import { type Accuracy, type JudgeName, measureAccuracy, problems, TOTAL } from "@tidu/grader";
import type { BenchRow } from "./result.js";

const CASES = 20_000;
const peers: JudgeName[] = ["gradcheck", "check_grads"];

/**
 * 判断的准确：两万个造出来的梯度，正确的拒绝了几个，错误的接受了几个。
 * 同类的规则照 PyTorch gradcheck 与 JAX check_grads 的缺省参数重写，判断的是同样的例子。
 */
export function accuracyRows(): BenchRow[] {
  const accuracy = measureAccuracy(problems, CASES);
  console.log(accuracyTable(accuracy));
  const total = (name: JudgeName) => accuracy.judges[name][TOTAL]!;
  const row = (id: string, of: (name: JudgeName) => number, goal: string): BenchRow => ({
    id,
    unit: "个",
    ours: of("tidu"),
    peers: Object.fromEntries(peers.map((name) => [name, of(name)])),
    goal,
    holds: of("tidu") === 0 && accuracy.faults === 0,
  });
  const { right, wrong, undecided } = total("tidu");
  return [
    row(`${right} 个正确的梯度，拒绝了`, (name) => total(name).rejected, "0 个"),
    row(`${wrong} 个错误的梯度，接受了`, (name) => total(name).accepted, "0 个"),
    {
      id: `${accuracy.cases} 个梯度，没有把握的`,
      unit: "个",
      ours: undecided,
      peers: {},
      goal: "少于百分之一（换一个点再判）",
      holds: undecided < 0.01 * accuracy.cases,
    },
  ];
}

/** 一行一类例子：个数，各个判断者判错的个数（正确的是拒绝，错误的是接受），没有把握的个数。 */
export function accuracyTable({ judges }: Accuracy): string {
  const names: JudgeName[] = ["tidu", "interval", "gradcheck", "check_grads"];
  const kinds = Object.keys(judges.tidu).sort((a, b) => Number(a === TOTAL) - Number(b === TOTAL));
  const lines = kinds.map((kind) => {
    const { right, wrong, undecided } = judges.tidu[kind]!;
    const cells = names.map((name) => {
      const { rejected, accepted } = judges[name][kind]!;
      return String(rejected + accepted).padStart(11);
    });
    return `${String(right + wrong).padStart(6)}${cells.join("")}${String(undecided).padStart(8)}  ${kind}`;
  });
  const head = `${"个数".padStart(4)}${names.map((name) => name.padStart(11)).join("")}   没有把握  种类（各列是判错的个数；interval 只用区间判据，不看闭式）`;
  return ["", head, ...lines].join("\n");
}
