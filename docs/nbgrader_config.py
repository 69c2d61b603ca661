# 用 nbgrader 发布、收取我们的练习时的配置：把它放在课程文件夹里，练习放进 source/作业名/。
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "tidu"
# nbgrader 只认得几门语言；练习里的答案早已换成占位，这里只是让它不拒绝 TypeScript。
c.ClearSolutions.code_stub = {"typescript": '// 在这里作答。\nthrow new Error("还没有作答");'}
c.ClearSolutions.begin_solution_delimeter = "BEGIN SOLUTION"
c.ClearSolutions.end_solution_delimeter = "END SOLUTION"
