"""Names for groups of files: `snakemake data`, `snakemake report`; the stages of dvc.yaml call them."""


rule data:
    """Everything below data/derived: no other target adds to it, as DVC takes the folder for an output of this one."""
    input:
        benchmark_data(),
        [
            weights(kind)(SimpleNamespace(benchmark=name))
            for name in TABLE2["benchmarks"]
            for kind in ("image", "video")
        ],
        rules.contact_sheet.input if contact_sheets() else [],
        cfb_data(),
        video_data(),
        divafn_data(),
        websup_data(),


rule cfb:
    """All tables and figures of the flow-memory-bank system."""
    input:
        [f"results/tables/cfb/{table}.csv" for table in CFB_TITLES],
        cfb_figures(),


rule video:
    """All tables on video sources, CycDA's Table 1 and STCDA's six, and STCDA's figures."""
    input:
        "results/tables/table1.csv",
        [f"results/tables/stcda/{table}.csv" for table in STCDA_TITLES],
        STCDA_PICTURES,


rule divafn:
    """All tables and figures of DIVAFN, shallow adaptation included."""
    input:
        [f"results/tables/divafn/{table}.csv" for table in (*DIVAFN_TITLES, "run_time")],
        [f"results/figures/divafn/figure{number}.png" for number in (5, 6)],


rule websup:
    """All tables and figures of web supervision."""
    input:
        [f"results/tables/websup/{table}.csv" for table in WEBSUP_TITLES],
        attention_areas(),
        websup_figures(),


rule report:
    """All tables and figures."""
    input:
        rules.divafn.input,
        rules.websup.input,
        rules.video.input,
        rules.cfb.input,
        "results/tables/table2.csv",
        "results/figures/table2/pseudo_labels.png" if CYCLES else [],
        table2_figures(),
        contact_sheets(),


for name in config["tables"]["benchmarks"]:

    rule:
        name:
            f"benchmark_{name}"
        input:
            f"results/metrics/{name}.json",
            read_by_figures(name),
