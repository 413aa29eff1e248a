"""Whether staff are enough: workload analysis (analisis beban kerja), and what one month already says.

`time` holds effective working time, `need` the four methods, `grade` the grades of effectiveness, `post` what
follows for a post and for a unit, `moves`, `plan` and `calendar` what can be done and until when, `month` and
`verdict` what one month says.
A surplus in one post never fills a shortage in another. Pay does not depend on anything here.
"""
