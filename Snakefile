"""Labelled images and unlabelled videos in, tables of image-to-video adaptation methods out. See README.md."""


configfile: "params.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/pretrain.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/predict.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        "results/tables/table2.csv",
        "results/figures/table2/pseudo_labels.png",
        table2_figures(),
        "results/figures/mini_world.png",
