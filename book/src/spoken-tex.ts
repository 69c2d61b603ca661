const symbols: Record<string, string> = {
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  ne: "≠",
  neq: "≠",
  approx: "≈",
  to: "→",
  infty: "∞",
  pm: "±",
  partial: "∂",
  nabla: "∇",
  times: "×",
  cdot: "·",
  sum: "Σ",
  prod: "Π",
  sqrt: "√",
  in: "∈",
  top: "ᵀ",
  lVert: "‖",
  rVert: "‖",
  lvert: "|",
  rvert: "|",
  vert: "|",
  Vert: "‖",
  ldots: "…",
  cdots: "…",
  dots: "…",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  varepsilon: "ε",
  zeta: "ζ",
  eta: "η",
  theta: "θ",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  nu: "ν",
  xi: "ξ",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  phi: "φ",
  varphi: "φ",
  chi: "χ",
  psi: "ψ",
  omega: "ω",
  Gamma: "Γ",
  Delta: "Δ",
  Theta: "Θ",
  Lambda: "Λ",
  Sigma: "Σ",
  Phi: "Φ",
  Psi: "Ψ",
  Omega: "Ω",
};
/** 只管样子、不出声的命令。 */
const silent =
  /^(?:mathrm|mathbf|mathcal|mathbb|operatorname|text|tfrac|dfrac|frac|left|right|bigl?|bigr?|Bigl?|Bigr?|displaystyle|quad|qquad|hat|bar|tilde)$/;

/** 行内公式的近似纯文字，给搜索用：「δ」搜得到 `\delta`，片段里也不出现反斜线。 */
export function spokenTex(tex: string): string {
  return tex
    .replace(/\\([{}|])/g, (_, char: string) => ({ "{": "｛", "}": "｝", "|": "‖" })[char]!)
    .replace(/\\([A-Za-z]+)\s*/g, (_, name: string) => symbols[name] ?? (silent.test(name) ? "" : name))
    .replace(/\\[,;:!> ]/g, " ")
    .replace(/[{}\\$]/g, "")
    .replaceAll("｛", "{")
    .replaceAll("｝", "}");
}
