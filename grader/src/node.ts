/** 判分里只能在 Node 上运行的部分：沙箱、判一份提交、生成练习。 */
export { AuthoringError } from "./authoring/authoring-error.js";
export { buildExercise } from "./authoring/exercise.js";
export { type Scaffold, scaffold } from "./authoring/scaffold.js";
export {
  type GradeOne,
  gradeClass,
  gradeIntoGradebook,
  type Placed,
  type Settled,
  type Step,
} from "./class/class.js";
export type { Incoming } from "./class/incoming.js";
export { Progress } from "./class/progress.js";
export { gradesCsv, nbgraderCsv } from "./export/csv.js";
export { gradescopeResults } from "./export/gradescope.js";
export { GradebookError } from "./gradebook/error.js";
export { Gradebook } from "./gradebook/gradebook.js";
export { describePolicy, noPolicy, type Policy, showTime } from "./gradebook/late.js";
export { gradebookMessages } from "./gradebook/messages.js";
export type { AssignmentPolicy, Entry, Run } from "./gradebook/records.js";
export { dispatch } from "./queue/dispatch.js";
export { startWorker } from "./queue/worker.js";
export { type GradedSubmission, type GradeReport, gradeHtml, gradeJson, gradeText } from "./report/grade.js";
export { verdictLine } from "./report/verdict.js";
export { defaultLimits, type ProcessLimits } from "./sandbox/command.js";
export { makeStage, type Stage } from "./sandbox/stage.js";
export { type SandboxStrength, sandboxStrength } from "./sandbox/strength.js";
export { similarityPage, similarityText } from "./similarity/report.js";
export { type Pair, type Similarity, similarityOf } from "./similarity/similarity.js";
export { sourceOf, worksByExercise } from "./similarity/works.js";
export { statisticsPage } from "./statistics/html.js";
export { type Sheet, statisticsOf } from "./statistics/statistics.js";
export { statisticsText } from "./statistics/text.js";
export { countSubmissions, type Submission, submissions } from "./submission/collect.js";
export { readNotebook, type SubmittedCell, type SubmittedNotebook } from "./submission/notebook.js";
export { studentOfPath } from "./submission/student.js";
export {
  type Graded,
  type GradeOptions,
  gradeBytes,
  gradeNotebook,
  gradeSubmission,
  SubmissionError,
} from "./submission.js";
