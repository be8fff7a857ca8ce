"""Labelled images and unlabelled videos in, tables of image-to-video adaptation methods out. See README.md."""


configfile: "params.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/table2.smk"
include: "workflow/rules/cfb_runs.smk"
include: "workflow/rules/cfb_tables.smk"
include: "workflow/rules/video_runs.smk"
include: "workflow/rules/video_tables.smk"
include: "workflow/rules/video_figures.smk"
include: "workflow/rules/websup_runs.smk"
include: "workflow/rules/websup_tables.smk"
include: "workflow/rules/divafn_runs.smk"
include: "workflow/rules/divafn_tables.smk"
include: "workflow/rules/divafn_figures.smk"
include: "workflow/rules/own_runs.smk"
include: "workflow/rules/stages.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/media.smk"
include: "workflow/rules/pretrain.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/cfb.smk"
include: "workflow/rules/video.smk"
include: "workflow/rules/divafn.smk"
include: "workflow/rules/websup.smk"
include: "workflow/rules/predict.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/cfb_report.smk"
include: "workflow/rules/video_report.smk"
include: "workflow/rules/divafn_report.smk"
include: "workflow/rules/websup_report.smk"
include: "workflow/rules/own.smk"
include: "workflow/rules/targets.smk"


rule all:
    """Everything that the tables' sections of params.yaml ask for."""
    default_target: True
    input:
        rules.report.input,
        rules.data.input,
