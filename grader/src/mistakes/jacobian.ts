import { liftMistakes } from "../problems/lift.js";

const own: Record<string, string> = {
  "jacobian.linear/missing-two": "漏了因子 2：R=ΣWᵢⱼ²，对 Wᵢⱼ 求导得 2Wᵢⱼ。",
  "jacobian.linear/sign": "符号反了：这一题要的是梯度 2W，不是下降方向 −2W。",
  "jacobian.linear/transposed": "多转置了一次：第 i 行第 j 列应是 2Wᵢⱼ，与 W 同形状，不是 2Wᵀ。",
  "jacobian.linear/output-norm":
    "求错了对象：你算的是 ‖Wx‖² 的梯度 2Wxxᵀ，它压的是输出的大小；雅可比惩罚是 ‖W‖²，与 x 无关。",
  "jacobian.linear/times-input": "多乘了 xⱼ：线性层的雅可比矩阵就是 W，不含 x，梯度里也不该有 x。",
  "jacobian.linear/unsquared": "少了平方：你算的是 ‖J‖ 的梯度 W/‖W‖，这一题的惩罚是 ‖J‖²，梯度是 2W。",
  "jacobian.linear/mean-entries": "多除了元素个数：惩罚是平方和，不是平方的平均。",
  "jacobian.linear/mean-outputs": "多除了输出的个数：惩罚是所有元素的平方和，不对输出取平均。",
  "jacobian.linear/absolute": "你写的是 Σ|Wᵢⱼ| 的梯度 sign(W)；这一题的惩罚是平方和，梯度是 2W。",
  "jacobian.linear/diagonal": "只算了对角线：雅可比矩阵的每一个元素都计入平方和，非对角的也要 2Wᵢⱼ。",
  "jacobian.linear/squared-entries": "你返回的是逐元素的平方 Wᵢⱼ²，那是惩罚里的各项；对它求导得 2Wᵢⱼ。",
  "jacobian.linear/gram": "你算的是 ‖WᵀW‖² 的梯度 4WWᵀW；这一题的惩罚是 ‖W‖²，梯度是 2W。",

  "jacobian.tanh/missing-two": "整体漏了因子 2：R=ΣJᵢⱼ²，∂R/∂J 是 2J，不是 J。",
  "jacobian.tanh/sign": "整体的符号反了：要的是梯度，不是下降方向。",
  "jacobian.tanh/no-curvature":
    "少了一条路：斜率 s=1−h² 也随 W、b 变。你把 s 当成了常数，所以 W 少了 γxᵀ，b 的梯度成了 0。",
  "jacobian.tanh/curvature-only": "W 少了直接的一条路：除了 γxᵀ，还有 diag(s)·Vᵀ·2J。",
  "jacobian.tanh/bias-zero": "b 的梯度不是 0：b 改变 z，z 改变斜率 s，斜率在 J 里。应是 γ。",
  "jacobian.tanh/curvature-sign":
    "经过斜率的一条路符号反了：s=1−h²，ds/dh=−2h，带负号。你的 γ 正好是它的相反数。",
  "jacobian.tanh/curvature-no-two": "经过斜率的一条路漏了 2：s=1−h² 对 h 求导是 −2h，不是 −h。",
  "jacobian.tanh/curvature-no-slope": "经过斜率的一条路少乘了 s：ds/dz=(ds/dh)(dh/dz)=−2h·s，你停在了 −2h。",
  "jacobian.tanh/curvature-preactivation": "斜率的导数写成了 −2z·s：应当用激活之后的 h，即 −2h·s。",
  "jacobian.tanh/curvature-no-input": "第二条路漏乘了输入：z=Wx+b，∂zₖ/∂Wₖⱼ=xⱼ，应是 γxᵀ，你加的是 γ 本身。",
  "jacobian.tanh/direct-no-slope": "W 直接的一条路漏了斜率：J=V·diag(s)·W，应是 diag(s)·Vᵀ·2J。",
  "jacobian.tanh/outer-no-slope": "V 的梯度漏了斜率：应是 2J·(diag(s)W)ᵀ，你写成了 2J·Wᵀ。",
  "jacobian.tanh/slope-linear": "tanh 的导数写成了 1−h：应是 1−h²。",
  "jacobian.tanh/slope-sigmoid": "你用了 sigmoid 的导数 h(1−h)：这一题是 tanh，导数是 1−h²。",
  "jacobian.tanh/output-norm":
    "求错了对象：你算的是 ‖f(x)‖² 的梯度，它压输出的大小；这一题压的是雅可比矩阵 ‖∂f/∂x‖²。",
  "jacobian.tanh/unsquared": "少了平方：你算的是 ‖J‖ 的梯度，比 ‖J‖² 的梯度多了一个因子 1/(2‖J‖)。",
  "jacobian.tanh/weight-decay":
    "你返回的是权重衰减的梯度 2W、2V；只有线性层的雅可比惩罚才等于权重衰减，这里 J=V·diag(s)·W。",

  "jacobian.softmax/missing-two": "整体漏了因子 2：R=ΣJᵢⱼ²，∂R/∂J 是 2J，不是 J。",
  "jacobian.softmax/sign": "整体的符号反了：要的是梯度，不是下降方向。",
  "jacobian.softmax/no-curvature":
    "少了一条路：S=diag(p)−ppᵀ 也随 W、b 变。你把 S 当成了常数，所以 W 少了 γxᵀ，b 的梯度成了 0。",
  "jacobian.softmax/curvature-only": "W 少了直接的一条路：除了 γxᵀ，还有 2SJ。",
  "jacobian.softmax/bias-zero": "b 的梯度不是 0：b 改变 z，z 改变 p，p 在 S 里。应是 γ=Su。",
  "jacobian.softmax/curvature-sign": "经过 S 的一条路符号反了：γ=Su，你的结果正好是它的相反数。",
  "jacobian.softmax/curvature-no-input": "第二条路漏乘了输入：∂zₖ/∂Wₖⱼ=xⱼ，应是 γxᵀ，你加的是 γ 本身。",
  "jacobian.softmax/direct-one-softmax":
    "直接的一条路少乘了一个 S：J=SW，∂R/∂W 的直接部分是 Sᵀ·2J=2SJ，你写成了 2J。",
  "jacobian.softmax/diagonal-softmax":
    "softmax 的雅可比矩阵丢了 −ppᵀ：各类的概率加起来是 1，一个变大别的就变小，S=diag(p)−ppᵀ。",
  "jacobian.softmax/u-diagonal": "∂R/∂p 只算了对角线：S 里的 −pᵢpⱼ 也含 p，还要减去 Σⱼ(Mₖⱼ+Mⱼₖ)pⱼ。",
  "jacobian.softmax/u-doubled":
    "把 M 当成了对称的：M=2JWᵀ 一般不对称，应减 Σⱼ(Mₖⱼ+Mⱼₖ)pⱼ，你减了 2Σⱼ Mₖⱼpⱼ。",
  "jacobian.softmax/u-one-sided": "−pᵢpⱼ 里 p 出现两次，乘积法则有两项：除了 Mₖⱼ，还要 Mⱼₖ。",
  "jacobian.softmax/u-other-side": "−pᵢpⱼ 里 p 出现两次，乘积法则有两项：除了 Mⱼₖ，还要 Mₖⱼ。",
  "jacobian.softmax/gamma-no-softmax": "停在了 ∂R/∂p：从 p 到 z 还要再过一次 softmax，γ=Su，你直接用了 u。",
  "jacobian.softmax/gamma-diagonal": "从 p 到 z 只乘了 p：softmax 的雅可比矩阵是 diag(p)−ppᵀ，γ=p⊙(u−pᵀu)。",
  "jacobian.softmax/logits": "你算的是 logit 的雅可比惩罚，梯度是 2W；这一题的输出是概率 softmax(z)，J=SW。",
  "jacobian.softmax/log-softmax":
    "你算的是 log softmax 的雅可比惩罚；这一题的输出是概率本身，J=(diag(p)−ppᵀ)W。",
  "jacobian.softmax/unsquared": "少了平方：你算的是 ‖J‖ 的梯度，比 ‖J‖² 的梯度多了一个因子 1/(2‖J‖)。",
  "jacobian.softmax/naive-softmax":
    "logit 很大或很小时得到 NaN：exp 溢出成无穷，或全部下溢成 0。先减去最大的 logit，softmax 的值不变。",

  "jacobian.hutchinson/no-mean": "漏了取平均：要除以探针的个数，你返回的是总和。",
  "jacobian.hutchinson/no-square": "少了平方：要平均的是长度的平方 ‖Jᵀv‖²，你平均的是长度 ‖Jᵀv‖。",
  "jacobian.hutchinson/root":
    "多开了一次方：估计的是 ‖J‖²，不是 ‖J‖；而且平方根的期望不等于期望的平方根，开方之后就有偏了。",
  "jacobian.hutchinson/mean-then-square":
    "次序反了：应先平方、后平均。你先把 Jᵀv 平均了，探针越多它越接近零向量。",
  "jacobian.hutchinson/variance":
    "多减了平均值：要的是 ‖Jᵀv‖² 的平均，不是 Jᵀv 的方差。v 的均值已知是 0，不必再减。",
  "jacobian.hutchinson/first-only": "只用了第一个探针：给了几个就要平均几个。",
  "jacobian.hutchinson/exact":
    "你返回的是精确值 ‖J‖²，没有用探针；这一题要的是给定探针下的估计值，它与精确值一般不相等。",
  "jacobian.hutchinson/divided-by-outputs":
    "多除了输出的个数：E[vvᵀ]=I，‖Jᵀv‖² 的期望已经是 ‖J‖²，只需除以探针个数。",
  "jacobian.hutchinson/divided-by-inputs": "多除了输入的个数：长度平方是各分量平方的和，不是平均。",
  "jacobian.hutchinson/bessel": "分母写成了 K−1：这里不是估方差，没有减去样本平均，分母就是探针个数 K。",
  "jacobian.hutchinson/no-slope": "反传时漏了斜率：Vᵀv 要先逐个乘 s=1−tanh²(z)，再乘 Wᵀ。",
  "jacobian.hutchinson/slope-linear": "tanh 的导数写成了 1−h：应是 1−h²。",
  "jacobian.hutchinson/normalised": "探针被归一化了：给定的 v 直接用，缩成单位长之后 E[vvᵀ] 就不是 I 了。",
  "jacobian.hutchinson/sign-probes": "探针被换成了它的符号：给的是什么探针就用什么，正态探针的大小也有意义。",
  "jacobian.hutchinson/output": "投影错了对象：你算的是 vᵀf(x) 的平方，应先反传得到 Jᵀv，再求它的长度平方。",

  "jacobian.double/missing-two": "整体漏了因子 2：R=ΣJᵢⱼ²，∂R/∂J 是 2J，不是 J。",
  "jacobian.double/sign": "整体的符号反了：要的是梯度，不是下降方向。",
  "jacobian.double/no-curvature":
    "少了一条路：斜率 s=cos z 也随 W、b 变。你把 s 当成了常数（双重反传时多半是用 item() 或 stopGradient 断开了），所以 b 的梯度成了 0。",
  "jacobian.double/curvature-only": "W 少了直接的一条路：除了 γxᵀ，还有 diag(s)·Vᵀ·2J。",
  "jacobian.double/bias-zero": "b 的梯度不是 0：b 改变 z，z 改变斜率 cos z，斜率在 J 里。应是 γ。",
  "jacobian.double/curvature-sign": "经过斜率的一条路符号反了：cos z 的导数是 −sin z。",
  "jacobian.double/curvature-doubled":
    "经过斜率的一条路多了因子 2：∂R/∂J=2J 里的 2 已经在 q 里了，不要再乘。",
  "jacobian.double/curvature-tanh": "斜率的导数照搬了 tanh 的 −2h·s：这里 s=cos z，导数是 −sin z。",
  "jacobian.double/curvature-slope": "斜率的导数写成了 −cos z：cos z 的导数是 −sin z。",
  "jacobian.double/curvature-no-input": "第二条路漏乘了输入：z=Wx+b，∂zₖ/∂Wₖⱼ=xⱼ，应是 γxᵀ。",
  "jacobian.double/direct-no-slope": "W 直接的一条路漏了斜率：应是 diag(s)·Vᵀ·2J。",
  "jacobian.double/outer-no-slope": "V 的梯度漏了斜率：应是 2J·(diag(s)W)ᵀ。",
  "jacobian.double/slope-tanh": "斜率照搬了 tanh 的 1−h²：sin 的导数是 cos z。",
  "jacobian.double/unsquared": "少了平方：你算的是 ‖J‖ 的梯度，这一题的惩罚是 ‖J‖²。",
  "jacobian.double/output-norm": "求错了对象：你算的是 ‖f(x)‖² 的梯度，这一题压的是雅可比矩阵 ‖∂f/∂x‖²。",

  "jacobian.wide/root": "多开了一次方：惩罚是平方和 ‖J‖²，不是 ‖J‖。",
  "jacobian.wide/half": "多除了 2：惩罚是平方和，前面没有 1/2。",
  "jacobian.wide/doubled": "多乘了 2：求的是惩罚本身，不是它的梯度。",
  "jacobian.wide/mean-entries": "多除了元素个数：惩罚是平方和，不是平方的平均。",
  "jacobian.wide/mean-outputs": "多除了输出的个数：惩罚是全部元素的平方和。",
  "jacobian.wide/mean-inputs": "多除了输入的个数：惩罚是全部元素的平方和。",
  "jacobian.wide/diagonal-only": "漏了交叉项：k≠l 的隐藏单元之间也有贡献，两重循环都要走到。",
  "jacobian.wide/half-pairs": "交叉项只算了一半：(k,l) 与 (l,k) 各算一次。",
  "jacobian.wide/no-slope": "漏了斜率：J=V·diag(s)·W，每个隐藏单元要乘 s=1−h²。",
  "jacobian.wide/slope-once": "斜率只乘了一次：两个隐藏单元各带一个，应是 sₖ·sₗ。",
  "jacobian.wide/slope-squared": "斜率乘成了 sₖ²：两个隐藏单元各带自己的，应是 sₖ·sₗ。",
  "jacobian.wide/slope-linear": "tanh 的导数写成了 1−h：应是 1−h²。",
  "jacobian.wide/slope-sigmoid": "你用了 sigmoid 的导数 h(1−h)：这一题是 tanh，导数是 1−h²。",
  "jacobian.wide/product-of-norms": "乘积的范数不等于范数的乘积：‖V·diag(s)·W‖² 一般小于 ‖V‖²·‖diag(s)W‖²。",
  "jacobian.wide/output": "求错了对象：你算的是 ‖f(x)‖²，这一题是 ‖∂f/∂x‖²。",
};

/** 雅可比正则化题族的错法说明：键是「题/错法」。 */
export const jacobianMistakes: Record<string, string> = {
  ...own,
  ...liftMistakes(own, "jacobian.wide", "jacobian.gpu"),
};
