using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Streams;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Crowds;

/// <summary>Streams of one streamtype, each with its own timer.</summary>
internal sealed class StreamCrowdSide(Workload workload, BenchPeer peer, EchoTally tally) : ICrowdSide
{
    private readonly LocalContext _context = SsContext.FromJson(BenchPolicy.Of(workload, peer));
    private readonly List<(SecureStream Stream, StreamCrowdMember Member)> _members = [];

    public string Name => "SecureStreams";

    public EchoTally Tally => tally;

    public async Task OpenAsync()
    {
        for (var i = 0; i < workload.Outstanding; i++)
        {
            var member = new StreamCrowdMember(workload, tally);
            var stream = _context.Create(BenchPolicy.StreamType, member);
            _members.Add((stream, member));
            stream.Connect();
            await member.Opened;
        }
    }

    public void Begin()
    {
        for (var i = 0; i < _members.Count; i++)
            _members[i].Member.Begin(_members[i].Stream, CrowdDefaults.OffsetOf(i, _members.Count));
    }

    public void Stop()
    {
        foreach (var (stream, member) in _members)
            member.Stop(stream);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
