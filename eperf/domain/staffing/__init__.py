"""Whether staff are enough: workload analysis (analisis beban kerja), and what one month already says.

`time` holds effective working time, `need` the four methods, `grade` the grades of effectiveness, `post` and
`unit` what follows for a post and for a unit, `moves` and `plan` what can be done, `month` the monthly verdict.
A surplus in one post never fills a shortage in another. Pay does not depend on anything here.
"""
