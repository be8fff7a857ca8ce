"""DIVAFN's tables and figures."""


rule divafn_table:
    """One of Tables IV to XI of DIVAFN, with the published numbers in columns of their own."""
    input:
        scores=lambda wildcards: divafn_places(divafn_params.table_cells(config, wildcards.table)),
        published="i2v_core/evaluation/published/divafn_{table}.csv",
    output:
        table="results/tables/divafn/{table}.csv",
        markdown="results/tables/divafn/{table}.md",
    log:
        "logs/divafn/{table}.log",
    benchmark:
        "logs/benchmarks/divafn/{table}.tsv"
    wildcard_constraints:
        table="table([4-9]|10|11)",
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table"),
        spec=lambda wildcards: as_json(divafn_table_spec(wildcards.table)),
    shell:
        "python -m i2v_core.stage make_table --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"


rule divafn_table12:
    """Table XII of DIVAFN: kinds of video features, shares and methods on UCF101."""
    input:
        scores=divafn_places(divafn_params.table12_cells(config)),
        published="i2v_core/evaluation/published/divafn_table12.csv",
    output:
        table="results/tables/divafn/table12.csv",
        markdown="results/tables/divafn/table12.md",
    log:
        "logs/divafn/table12.log",
    benchmark:
        "logs/benchmarks/divafn/table12.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_table"),
        spec=lambda wildcards: as_json(table12_spec()),
    shell:
        "python -m i2v_core.stage make_table --scores {input.scores} --spec {params.spec:q}"
        " --out {output.table} --markdown {output.markdown} 2> {log}"


rule divafn_run_time:
    """Run times (section IV.H) beside the published ones."""
    input:
        times=run_time_files(),
        published="i2v_core/evaluation/published/divafn_run_time.csv",
    output:
        table="results/tables/divafn/run_time.csv",
        markdown="results/tables/divafn/run_time.md",
    log:
        "logs/divafn/run_time.log",
    benchmark:
        "logs/benchmarks/divafn/run_time.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("make_run_time_table"),
        benchmarks=DIVAFN["run_time"]["benchmarks"],
        published_as=[published_as(name) or "-" for name in DIVAFN["run_time"]["benchmarks"]],
    shell:
        "python -m i2v_core.stage make_run_time_table --times {input.times} --benchmarks {params.benchmarks}"
        " --published-as {params.published_as} --out {output.table} --markdown {output.markdown} 2> {log}"


rule divafn_figure5:
    """Figure 5 of DIVAFN: accuracy over the weights of decoders and encoders."""
    input:
        divafn_places(divafn_params.figure5_cells(config)),
    output:
        figure="results/figures/divafn/figure5.png",
        table="results/figures/divafn/figure5.csv",
    log:
        "logs/divafn/figure5.log",
    benchmark:
        "logs/benchmarks/divafn/figure5.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_sensitivity"),
        spec=lambda wildcards: as_json(figure5_spec()),
    shell:
        "python -m i2v_core.stage plot_sensitivity --spec {params.spec:q} --out {output.figure} --table {output.table} 2> {log}"


rule divafn_figure6:
    """Figure 6 of DIVAFN: the SVM, and DIVAFN with attributes or names, on each kind of video features."""
    input:
        divafn_places(divafn_params.figure6_cells(config)),
    output:
        figure="results/figures/divafn/figure6.png",
        table="results/figures/divafn/figure6.csv",
    log:
        "logs/divafn/figure6.log",
    benchmark:
        "logs/benchmarks/divafn/figure6.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("plot_sensitivity"),
        spec=lambda wildcards: as_json(figure6_spec()),
    shell:
        "python -m i2v_core.stage plot_sensitivity --spec {params.spec:q} --out {output.figure} --table {output.table} 2> {log}"
