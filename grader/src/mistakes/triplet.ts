import { liftMistakes } from "../problems/lift.js";

/** 三元组题族的错法说明：键是「题/错法」。 */
export const tripletMistakes: Record<string, string> = {
  "triplet.value/squared": "距离没有开平方：这一题用欧氏距离 ‖a−p‖，你用了它的平方。",
  "triplet.value/no-hinge": "漏了合页：已经满足间隔时损失应是 0，你的结果会变成负数。外面要套 max(0, ·)。",
  "triplet.value/no-margin": "漏了间隔 m：应是 max(0, d(a,p) − d(a,n) + m)。",
  "triplet.value/margin-sign":
    "间隔的符号反了：应加上 m，你减去了它。间隔是要求负例“再远一点”，所以让损失更大。",
  "triplet.value/swapped": "正例与负例对调了：应是 d(a,p) − d(a,n) + m，你写成了 d(a,n) − d(a,p) + m。",
  "triplet.value/hinge-inverted": "合页取反了：应取 max(0, ·)，你取了 min(0, ·)。",
  "triplet.value/absolute": "合页写成了绝对值：括号里是负数时损失应为 0，不是它的相反数。",
  "triplet.value/manhattan": "用了曼哈顿距离（各坐标绝对值之和）：这一题要欧氏距离，先平方、求和，再开方。",
  "triplet.value/dimension-mean": "平方和多除了维数：欧氏距离是平方和的平方根，不取平均。",
  "triplet.value/positive-negative": "第二个距离量错了：应是锚点到负例 d(a,n)，你量的是正例到负例 d(p,n)。",
  "triplet.value/margin-outside": "间隔放在了合页外面：m 应在 max(0, ·) 里面，否则永远至少损失 m。",
  "triplet.value/epsilon": "根号里加了一个小数：值会偏大。求值时不需要它，直接开方即可。",

  "triplet.squared/missing-two": "漏了因子 2：‖x‖² 的梯度是 2x。你的结果正好是正确答案的一半。",
  "triplet.squared/euclidean": "多做了归一化：这一题用平方距离，梯度是 2(n−p) 一类的差，不除以距离。",

  "triplet.euclidean/unnormalised":
    "漏了归一化：‖x‖ 的梯度是 x/‖x‖，你返回的是 x 本身。欧氏距离的梯度是单位向量。",
  "triplet.euclidean/squared": "你求的是平方距离的梯度 2x：这一题用欧氏距离，梯度是单位向量 x/‖x‖。",
  "triplet.euclidean/squared-hinge":
    "判断是否激活时用了平方距离：合页里应是 ‖a−p‖ − ‖a−n‖ + m，与求导用的距离一致。",
  "triplet.euclidean/divided-by-square": "除多了一次：应除以距离 ‖x‖，你除以了 ‖x‖²（多半是忘了开方）。",
  "triplet.euclidean/coincident-nan":
    "两点重合时得到了 NaN：0 除以 0。距离为 0 时按约定这一份梯度取零向量，先判断再除。",
  "triplet.euclidean/coincident-nan-positive":
    "a=p 时得到了 NaN：正例那一份是 0 除以 0，只有负例那一份判断了距离是否为 0。两份都要先判断再除。",
  "triplet.euclidean/coincident-nan-negative":
    "a=n 时得到了 NaN：负例那一份是 0 除以 0，只有正例那一份判断了距离是否为 0。两份都要先判断再除。",
  "triplet.euclidean/coincident-cleared":
    "两点重合时清得太多了：a=p 只让 p 那一份成为零向量，负例那一份照旧；a=n 时同理。",
  "triplet.euclidean/epsilon":
    "根号里加了一个小数来躲开 0/0：两点很近时梯度因此变小了。改成判断距离是否为 0。",

  "triplet.batch/no-mean": "漏了 1/N：你的结果正好是正确答案的 N 倍。损失是整批的平均。",
  "triplet.batch/mean-over-active": "分母不对：这一题要除以总行数 N，你只除以了激活的行数。",
  "triplet.batch/mean-twice": "除了两次 N：你的结果正好是正确答案的 1/N。",
  "triplet.batch/mean-over-dimensions": "多除了特征的维数：平均只对行数 N 取，不对特征取。",
  "triplet.batch/batch-hinge": "合页对整批只判断了一次：应逐行判断，每一行自己决定激活与否。",
  "triplet.batch/missing-two": "漏了因子 2：‖x‖² 的梯度是 2x。你的结果正好是正确答案的一半。",
  "triplet.batch/euclidean": "多做了归一化：这一题用平方距离，梯度不除以距离。",

  "triplet.mining/no-mean": "漏了 1/N：损失是整批的平均。",
  "triplet.mining/mean-over-active": "分母不对：这一题要除以样本总数 N，你只除以了激活的锚点数。",
  "triplet.mining/mean-over-valid": "分母不对：缺正例或负例的锚点贡献 0，但仍占分母，要除以样本总数 N。",
  "triplet.mining/easiest-positive": "正例挑反了：最难的正例是同类里最远的一个，你挑了最近的。",
  "triplet.mining/easiest-negative": "负例挑反了：最难的负例是异类里最近的一个，你挑了最远的。",
  "triplet.mining/easiest-both": "正例与负例都挑了最容易的：应挑同类里最远的、异类里最近的。",
  "triplet.mining/first-found": "没有挑最难的：你用了遇到的第一个正例和第一个负例。",
  "triplet.mining/labels-swapped": "同类与异类对调了：正例是标签相同的，负例是标签不同的。",
  "triplet.mining/self-positive": "把自己也算成了正例：没有同类的锚点应当跳过，你让它与自己配成了对。",
  "triplet.mining/overwritten": "梯度被覆盖了：同一行可以是几个锚点的正例或负例，各份要累加，不能赋值。",
  "triplet.mining/anchor-detached": "锚点那一行没有收到梯度：三份都要加，锚点的是 2(n−p)。",
  "triplet.mining/positive-detached": "正例那一行没有收到梯度：三份都要加，正例的是 2(p−a)。",
  "triplet.mining/negative-detached": "负例那一行没有收到梯度：三份都要加，负例的是 2(a−n)。",
  "triplet.mining/missing-two": "漏了因子 2：‖x‖² 的梯度是 2x。",
  "triplet.mining/sign": "符号都反了：你返回的是下降方向，这一题要的是梯度本身。",
  "triplet.mining/hinge-ignored": "没有看合页：已经满足间隔的锚点不产生梯度。",
  "triplet.mining/margin-ignored": "判断激活时漏了间隔：条件是 d(a,p) − d(a,n) + m > 0。",
  "triplet.mining/boundary-active": "合页内恰好为 0 时仍给了梯度：按本课的约定这里不激活，条件用 > 0。",
  "triplet.mining/euclidean": "多做了归一化：这一题用平方距离，梯度不除以距离。",
  "triplet.mining/manhattan": "挑选时用了曼哈顿距离：这一题用平方欧氏距离。",
};

// 几道三元组梯度题共有的错法：说明相同。
const shared: Record<string, string> = {
  sign: "三个梯度的符号都反了：你返回的是下降方向，这一题要的是梯度本身。",
  swapped: "p 与 n 的梯度对调了：返回的字段 p 对应正例，n 对应负例。",
  "anchor-positive-only": "锚点的梯度漏了负例那一份：a 出现在两个距离里，两份贡献要相加。",
  "anchor-negative-only": "锚点的梯度漏了正例那一份：a 出现在两个距离里，两份贡献要相加。",
  "anchor-added": "锚点的梯度里负例那一份符号错了：d(a,n) 前面是负号，求导后也带着它。",
  "anchor-detached": "锚点没有梯度：a 不是常数，它出现在两个距离里，两份贡献要相加。",
  "positive-sign": "正例 p 的梯度符号反了：对 p 求导时，a−p 里的 p 带着一个负号。",
  "negative-sign": "负例 n 的梯度符号反了：d(a,n) 前面的负号与 a−n 里的负号相乘得正。",
  "hinge-ignored": "没有看合页：已经满足间隔时（非激活区）损失恒为 0，三个梯度都应是零向量。",
  "hinge-inverted": "激活的条件写反了：合页里的量大于 0 时才有梯度。",
  "margin-ignored": "判断激活时漏了间隔 m：条件是 d(a,p) − d(a,n) + m > 0。",
  "margin-sign": "判断激活时间隔的符号反了：条件是 d(a,p) − d(a,n) + m > 0，是加 m，不是减。",
  "boundary-active": "合页内恰好为 0 时仍给了梯度：按本课的约定这里不激活，梯度为 0。条件用 > 0，不用 ≥ 0。",
};

for (const question of ["triplet.squared", "triplet.euclidean", "triplet.batch", "triplet.gpu"]) {
  for (const [id, text] of Object.entries(shared)) tripletMistakes[`${question}/${id}`] = text;
}
Object.assign(tripletMistakes, liftMistakes(tripletMistakes, "triplet.squared", "triplet.gpu"));
