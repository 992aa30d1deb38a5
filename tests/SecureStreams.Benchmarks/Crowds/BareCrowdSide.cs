using SecureStreams.Benchmarks.Bare;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Crowds;

/// <summary>The platform's WebSockets with the platform's timers.</summary>
internal sealed class BareCrowdSide(Workload workload, BenchPeer peer, EchoTally tally) : ICrowdSide
{
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { UseProxy = false });
    private readonly BareCrowdMember[] _members = [.. Enumerable.Range(0, workload.Outstanding).Select(_ => new BareCrowdMember(workload, tally))];

    public string Name => "bare";

    public EchoTally Tally => tally;

    public async Task OpenAsync()
    {
        foreach (var member in _members)
            await member.OpenAsync(BareWebSocketSide.AddressOf(workload, peer), _invoker);
    }

    public void Begin()
    {
        for (var i = 0; i < _members.Length; i++)
            _members[i].Begin(CrowdDefaults.OffsetOf(i, _members.Length));
    }

    public void Stop()
    {
        foreach (var member in _members)
            member.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
        _invoker.Dispose();
    }
}
