using System.Threading.Channels;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using SecureStreams.Transports.LocalSink;

namespace SecureStreams.Tests.Transports.LocalSink;

/// <summary>The contract on a source whose sink the test plays at the seam. Both ends are the same class but for how they open.</summary>
public sealed class LocalSinkContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new Rig());

    private sealed class Rig : IContractRig, ILocalSink
    {
        private readonly Channel<LocalSinkLink> _offered = Channel.CreateUnbounded<LocalSinkLink>();
        private readonly LocalSinks _sinks = new(new InMemoryNetwork(TimeProvider.System), TimeProvider.System);

        public Rig() => _sinks.TryAdd(Policy.Name, this);

        public ITransportFactory Factory => _sinks;

        public StreamTypePolicy Policy { get; } = HttpBench.Policy("\"local_sink\": true");

        public async Task<IContractPeer> NextPeerAsync() =>
            new Peer(await _offered.Reader.ReadAsync().AsTask().OrFail(static () => "No source came."), Policy);

        public Task PlayDueAsync() => Task.CompletedTask;

        public void Offer(LocalSinkLink link) => _offered.Writer.TryWrite(link);

        public ValueTask DisposeAsync() => _sinks.DisposeAsync();
    }

    private sealed class Peer : IContractPeer
    {
        private readonly LocalSinkLink _link;
        private readonly TransportRun _run;
        private readonly Queue<(ReadOnlyMemory<byte> Piece, SsTxFlags Flags)> _toSend = new();
        private TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _accepted;
        private bool _began;

        public Peer(LocalSinkLink link, StreamTypePolicy policy)
        {
            _link = link;
            _run = new TransportRun(policy) { OnTransmit = Transmit };
        }

        public Task Gone => _run.EndAsync();

        public async Task AcceptAsync()
        {
            _accepted = true;
            _run.Start(new Accepting(_link));
            await _run.WaitForAsync("connected");
        }

        public async Task SendAsync(byte[] payload)
        {
            var flags = _began ? SsTxFlags.None : SsTxFlags.StartOfMessage;
            _began = true;
            await SendAsync(payload.Chunk(InMemoryTransport.LargestPiece).Select((piece, i) => ((ReadOnlyMemory<byte>)piece, i == 0 ? flags : SsTxFlags.None)));
        }

        public async Task FinishAsync()
        {
            if (_began)
                await SendAsync([(default, SsTxFlags.EndOfMessage)]);
            _run.Close();
        }

        public Task BreakAsync()
        {
            if (_accepted)
                _run.Close();
            else
                _link.Refuse(LocalSinkFailures.Refused(_run.Policy));
            return Task.CompletedTask;
        }

        public async Task<byte[]> ReceivedAsync(int count)
        {
            byte[] all = [];
            while (all.Length < count)
            {
                _run.Post(() => all = _run.Received);
                await _run.TurnAsync();
            }

            return all[..count];
        }

        private Task SendAsync(IEnumerable<(ReadOnlyMemory<byte> Piece, SsTxFlags Flags)> pieces)
        {
            var sent = _sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _run.Post(() =>
            {
                foreach (var piece in pieces)
                    _toSend.Enqueue(piece);
                _run.PumpOnMailbox();
            });
            return sent.Task;
        }

        private bool Transmit(TransportWriter writer)
        {
            if (!_toSend.TryDequeue(out var next))
                return false;
            next.Piece.Span.CopyTo(writer.GetSpan());
            writer.Advance(next.Piece.Length, next.Flags);
            if (_toSend.Count == 0)
                _sent.TrySetResult();
            return true;
        }
    }

    private sealed class Accepting(LocalSinkLink link) : ITransportFactory
    {
        public StreamTransport Create(TransportSetup setup) => link.Accept(setup);

        public void RenewConnections()
        {
            // It shares none.
        }

        public ValueTask DisposeAsync() => default;
    }
}
