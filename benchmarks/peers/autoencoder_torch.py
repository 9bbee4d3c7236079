"""An autoencoder in PyTorch: autoencoder_torch.py small-batch|large-batch|score MATRIX.f32 ROWS COLUMNS

Run by Debian's Python, which has PyTorch. One thread for small batches: with two its barriers cost more than they give.
"""

import sys

import torch
import worker

what, *shape = sys.argv[1:]
matrix = torch.from_numpy(worker.matrix(*shape))
width = matrix.shape[1]
torch.manual_seed(1)
torch.set_num_threads(2 if what == "score" else 1)
nn = torch.nn
if what == "large-batch":
    net = nn.Sequential(nn.Linear(width, 12), nn.ELU(), nn.Dropout(0.2), nn.Linear(12, 6), nn.ELU(), nn.Linear(6, 12), nn.ELU(),
                        nn.Linear(12, width))
else:
    net = nn.Sequential(nn.Linear(width, 14), nn.Tanh(), nn.Linear(14, 7), nn.ReLU(), nn.Linear(7, 7), nn.Tanh(),
                        nn.Linear(7, width), nn.ReLU())
optimizer = torch.optim.Adam(net.parameters())
loss = nn.MSELoss()
batch, epochs = (4096, 5) if what == "large-batch" else (32, 1)


def fit(rows):
    net.train()
    for _ in range(epochs):
        for chosen in torch.randperm(len(rows)).split(batch):
            part = rows[chosen]
            optimizer.zero_grad()
            loss(net(part), part).backward()
            optimizer.step()


def score():
    net.eval()
    with torch.no_grad():
        return torch.cat([((net(part) - part) ** 2).mean(1) for part in matrix.split(16384)])


if what == "score":
    worker.serve(score)
else:
    worker.serve(lambda: fit(matrix), lambda: fit(matrix[:8 * batch]))
