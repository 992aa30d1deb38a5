using SecureStreams.Remote;

namespace SecureStreams.Tests.Remote;

/// <summary>
/// A disk that keeps apart what a program sees and what would be there after the power went: data that was not synced may be there in part, or not; names that were not synced may be the old or the new.
/// It goes off after a number of operations, or refuses them.
/// </summary>
internal sealed class SimulatedDisk : ISlotFiles
{
    private sealed class Node
    {
        public byte[] Content = [];
        public byte[] Durable = [];
    }

    private readonly Dictionary<string, Node> _names = new(StringComparer.Ordinal);
    private Dictionary<string, Node> _durableNames = new(StringComparer.Ordinal);

    /// <summary>Operations that change something, so far.</summary>
    public int Operations { get; private set; }

    /// <summary>The operation before which the power goes; -1 for never.</summary>
    public int CrashAt { get; set; } = -1;

    /// <summary>The operation that fails with an error; -1 for none.</summary>
    public int FailAt { get; set; } = -1;

    /// <summary>Whether syncs are only said to have been done.</summary>
    public bool Lies { get; init; }

    public void Prepare()
    {
        // Nothing that could be half done.
    }

    public byte[]? Read(string name, int most) => _names.TryGetValue(name, out var node) ? [.. node.Content] : null;

    public void Write(string name, ReadOnlySpan<byte> content)
    {
        Step();
        if (!_names.TryGetValue(name, out var node))
            _names[name] = node = new Node();
        node.Content = content.ToArray();
    }

    public void Sync(string name)
    {
        Step();
        if (!Lies)
            _names[name].Durable = _names[name].Content;
    }

    public void Replace(string name, string target)
    {
        Step();
        _names[target] = _names[name];
        _names.Remove(name);
    }

    public void SyncFolder()
    {
        Step();
        if (!Lies)
            _durableNames = new(_names, StringComparer.Ordinal);
    }

    /// <summary>Every state that a power cut now may leave: the old names or the new ones, and of each file that was not synced nothing, a part, or all, the rest zeros.</summary>
    public IEnumerable<SimulatedDisk> AfterPowerCut(Random random)
    {
        foreach (var names in new[] { _durableNames, _names })
        {
            for (var way = 0; way < 6; way++)
            {
                var after = new SimulatedDisk();
                foreach (var (name, node) in names)
                {
                    var content = ReferenceEquals(node.Content, node.Durable) ? node.Content : way switch
                    {
                        0 => node.Durable,
                        1 => node.Content,
                        2 => [],
                        3 => node.Content[..random.Next(node.Content.Length + 1)],
                        4 => new byte[node.Content.Length],
                        _ => Torn(node.Content, random),
                    };
                    after._names[name] = new Node { Content = content, Durable = content };
                }

                after._durableNames = new(after._names, StringComparer.Ordinal);
                yield return after;
            }
        }
    }

    private static byte[] Torn(byte[] content, Random random)
    {
        // Blocks arrive in any order.
        var torn = content.ToArray();
        for (var at = 0; at < torn.Length; at += 64)
        {
            if (random.Next(2) == 0)
                torn.AsSpan(at, Math.Min(64, torn.Length - at)).Clear();
        }

        return torn;
    }

    private void Step()
    {
        if (Operations == CrashAt)
            throw new PowerCutException();
        if (Operations++ == FailAt)
            throw new IOException("No space left on device");
    }
}
