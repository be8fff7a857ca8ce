"""What DIVAFN's figures and its table of run times put together."""


def figure5_spec():
    """Accuracy over the weight of decoders, a line for each weight of encoders, a panel for each benchmark."""
    cells, panels = divafn_params.figure5_cells(config), []
    for benchmark in DIVAFN["figure5"]["benchmarks"]:
        used = i2v_params.part(config, benchmark, "divafn")["objective"]
        by_row = {cell.row: cell for cell in cells if cell.benchmark == benchmark}
        lines = []
        for weight in DIVAFN["figure5"]["lambda"]:
            points = [
                {
                    "value": beta,
                    "runs": [
                        divafn_series(by_row[divafn_params.figure5_row(config, benchmark, beta, weight)])
                    ],
                }
                for beta in DIVAFN["figure5"]["beta"]
            ]
            is_used = weight == used["encoder"] and used["decoder"] in DIVAFN["figure5"]["beta"]
            lines.append(
                {
                    "title": f"lambda {weight:g}",
                    "used": used["decoder"] if is_used else None,
                    "points": points,
                }
            )
        share = min(divafn_params.shares(config, benchmark))
        panels.append(
            {
                "title": share_words(benchmark, share),
                "xlabel": "weight of decoders, beta",
                "parameter": "beta",
                "reference": None,
                "lines": lines,
            }
        )
    return {"data": "Weights of autoencoders", "panels": panels}


def figure6_spec():
    """Accuracy over the share of videos: SVM, DIVAFN with attributes and with names, on each kind of video features."""
    panels = []
    for benchmark in DIVAFN["figure6"]["benchmarks"]:
        lines = []
        for video in DIVAFN["figure6"]["videos"]:
            words = {
                "svm": "SVM",
                "divafn+semantics=attributes": "DIVAFN, attributes",
                "divafn": "DIVAFN, names",
            }
            for row, title in words.items():
                points = [
                    {
                        "value": share,
                        "runs": [divafn_series(divafn_params.Cell(benchmark, video, share, row))],
                    }
                    for share in divafn_params.shares(config, benchmark)
                ]
                lines.append({"title": f"{title}, {divafn_video(video)}", "used": None, "points": points})
        panels.append(
            {
                "title": benchmark,
                "xlabel": "videos that train, in percent",
                "parameter": "share",
                "reference": None,
                "own_tests": True,
                "lines": lines,
            }
        )
    return {"data": "Video features and semantics", "panels": panels}


def run_time_files():
    """Run times of all benchmarks that the table has, of their first split and seed."""
    section = DIVAFN["run_time"]
    return [
        f"results/{name}/split{DIVAFN['splits'][name][0]}/seed{DIVAFN['seeds'][name][0]}/divafn/run_time-{section['video']}.csv"
        for name in section["benchmarks"]
    ]


def run_time_samples(wildcards):
    """One sample of each share of a benchmark."""
    place = dict(wildcards.items())
    return [
        f"{SAMPLE}/sample.csv".format(**place, share=share)
        for share in divafn_params.shares(config, wildcards.benchmark)
    ]
