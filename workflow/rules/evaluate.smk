"""Scores: the only rules besides the upper bound's training that read target labels."""


rule score_predictions:
    """Top-1 accuracy, its interval, accuracy per class and the confusion matrix on the target's test videos."""
    input:
        predictions=f"{RUN}/{{model}}/predictions_test.csv",
        target_labels=f"{SPLIT}/target_labels.csv",
        target_test=f"{SPLIT}/target_test.csv",
        classes=f"{SPLIT}/classes.csv",
    output:
        f"{RUN}/{{model}}/scores.json",
    log:
        "logs/score/{benchmark}-{split}-{seed}/{model}.log",
    benchmark:
        "logs/benchmarks/score/{benchmark}-{split}-{seed}/{model}.tsv"
    wildcard_constraints:
        model=rf"{MODELS}|(cfb|websup)/{ROWS}|{VIDEO_ROWS}",
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("score_predictions"),
    shell:
        "python -m i2v_core.stage score_predictions --predictions {input.predictions} --target-labels {input.target_labels}"
        " --target-test {input.target_test} --classes {input.classes} --out {output} 2> {log}"


rule score_pseudo_labels:
    """Precision and coverage of a stage's pseudo labels; computed afterwards, no training rule reads it."""
    input:
        pseudo_labels=f"{RUN}/{{model}}/pseudo_labels.csv",
        target_labels=f"{SPLIT}/target_labels.csv",
        classes=f"{SPLIT}/classes.csv",
    output:
        f"{RUN}/{{model}}/pseudo_label_scores.json",
    log:
        "logs/score/{benchmark}-{split}-{seed}/{model}-pseudo-labels.log",
    benchmark:
        "logs/benchmarks/score/{benchmark}-{split}-{seed}/{model}-pseudo-labels.tsv"
    conda:
        "../envs/i2v.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("score_pseudo_labels"),
    shell:
        "python -m i2v_core.stage score_pseudo_labels --pseudo-labels {input.pseudo_labels}"
        " --target-labels {input.target_labels} --classes {input.classes} --out {output} 2> {log}"
