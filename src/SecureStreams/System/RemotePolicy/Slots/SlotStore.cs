namespace SecureStreams.Remote;

/// <summary>
/// The last two good policies, each in a file. A new one is written beside them, down to the disk, and takes the place of the older one; the newer is never touched, so that whatever happens at whatever
/// moment, a whole one is there once one has been. Not for several threads at a time.
/// </summary>
internal sealed class SlotStore(ISlotFiles files)
{
    private static readonly string[] Names = ["policy.0", "policy.1"];

    private readonly long[] _sequences = [-1, -1];

    /// <summary>Reads what there is, the newest first.</summary>
    /// <param name="problems">What is wrong with those that are left out, a sentence each.</param>
    public List<PolicySlot> Load(List<string> problems)
    {
        var found = new List<PolicySlot>();
        try
        {
            files.Prepare();
        }
        catch (Exception error) when (IsFailure(error))
        {
            problems.Add($"Policies cannot be kept: {error.Message}");
            return found;
        }

        for (var i = 0; i < Names.Length; i++)
        {
            _sequences[i] = -1;
            try
            {
                if (files.Read(Names[i], SlotFormat.LargestBytes) is not { } file)
                    continue;
                if (SlotFormat.Read(file, out var why) is { } slot)
                {
                    _sequences[i] = slot.Sequence;
                    found.Add(slot);
                }
                else
                {
                    problems.Add($"The kept policy '{Names[i]}' is left out: {why}.");
                }
            }
            catch (Exception error) when (IsFailure(error))
            {
                problems.Add($"The kept policy '{Names[i]}' is left out: {error.Message}");
            }
        }

        found.Sort(static (left, right) => right.Sequence.CompareTo(left.Sequence));
        return found;
    }

    /// <summary>One that was read must not be used: it is the next to be replaced.</summary>
    public void Discard(PolicySlot slot)
    {
        if (Array.IndexOf(_sequences, slot.Sequence) is >= 0 and var at)
            _sequences[at] = -1;
    }

    /// <summary>Keeps one as the newest.</summary>
    /// <returns>Null when it is on the disk, else why it is not; then what was there before is there still.</returns>
    public string? Store(PolicySlot slot)
    {
        var newest = Math.Max(_sequences[0], _sequences[1]);
        var into = _sequences[0] <= _sequences[1] ? 0 : 1;
        var sequence = newest == long.MaxValue ? newest : newest + 1;
        var unfinished = Names[into] + ".new";
        try
        {
            files.Prepare();
            files.Write(unfinished, SlotFormat.Write(slot with { Sequence = sequence }));
            files.Sync(unfinished);
            files.Replace(unfinished, Names[into]);
            _sequences[into] = sequence;
            files.SyncFolder();
            return null;
        }
        catch (Exception error) when (IsFailure(error))
        {
            return error.Message;
        }
    }

    private static bool IsFailure(Exception error) => error is IOException or UnauthorizedAccessException or NotSupportedException;
}
