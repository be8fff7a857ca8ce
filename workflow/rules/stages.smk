"""What the stages of dvc.yaml make: all data, then all that tables and figures read of one benchmark."""


def benchmark_data():
    """Splits of all benchmarks that the tables run on, and their stores of frames."""
    found = []
    for name in config["tables"]["benchmarks"]:
        place = SimpleNamespace(benchmark=name)
        splits = dict.fromkeys(run["split"] for run in metric_runs(name))
        found += [f"data/derived/benchmarks/{name}/split{split}/classes.csv" for split in splits]
        found += source_stores(place) + target_stores(place)
    return list(dict.fromkeys(found))


def read_by_figures(benchmark):
    """Files of a benchmark's runs that figures show and tables of run times, beside the scores of the tables."""
    of_all = (
        rules.cfb_sensitivity,
        rules.cfb_tsne,
        rules.stcda_tsne,
        rules.stcda_grad_cam,
        rules.stcda_gain,
        rules.divafn_run_time,
        rules.attention_sheet,
        rules.domain_map,
    )
    files = [path for rule in of_all for path in rule.input if isinstance(path, str)]
    files += attention_files(WEBSUP_FIGURES["attention"])
    return [path for path in dict.fromkeys(files) if path.startswith(f"results/{benchmark}/")]
