"""Tables on video sources."""


rule table1:
    """Table 1 of CycDA: videos, single frames, or web images with some videos as the labelled source."""
    input:
        scores=[run["scores"] for run in table1_runs()],
        published="i2v_core/evaluation/published/cycda_table1.csv",
    output:
        table="results/tables/table1.csv",
        markdown="results/tables/table1.md",
    log:
        "logs/table1.log",
    benchmark:
        "logs/benchmarks/table1.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table"),
        spec=as_json(table1_spec()),
    shell:
        "python -m i2v_core.stages.make_table --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"


rule stcda_table:
    """One of STCDA's tables, with the published numbers in columns of their own."""
    input:
        scores=lambda wildcards: [run["scores"] for run in stcda_table_runs(wildcards.table)],
        published="i2v_core/evaluation/published/stcda_{table}.csv",
    output:
        table="results/tables/stcda/{table}.csv",
        markdown="results/tables/stcda/{table}.md",
    log:
        "logs/stcda/{table}.log",
    benchmark:
        "logs/benchmarks/stcda/{table}.tsv"
    wildcard_constraints:
        table="table[1-6]",
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table"),
        spec=lambda wildcards: as_json(stcda_table_spec(wildcards.table)),
    shell:
        "python -m i2v_core.stages.make_table --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"
