using System.Text;
using SecureStreams.Remote;

namespace SecureStreams.Tests.Remote;

/// <summary>Every moment at which the power can go while policies are kept, and every operation that can fail.</summary>
public class SlotStoreCrashTests(ITestOutputHelper output)
{
    private const int Stores = 12;

    /// <summary>Operations of one store: write, sync, replace, sync of the folder.</summary>
    private const int OperationsOfStore = 4;

    [Fact]
    public void Whenever_the_power_goes_the_newest_that_was_kept_or_the_one_being_kept_is_there_whole()
    {
        var states = 0;
        for (var crash = 0; crash <= Stores * OperationsOfStore; crash++)
        {
            var random = new Random(crash);
            var disk = new SimulatedDisk { CrashAt = crash };
            var kept = KeepUntilPowerCut(disk, Stores);
            Assert.Equal(Math.Min(crash / OperationsOfStore, Stores), kept);
            foreach (var after in disk.AfterPowerCut(random))
            {
                states++;
                var store = new SlotStore(after);
                var problems = new List<string>();
                var found = store.Load(problems).FirstOrDefault();
                var revision = found?.Revision ?? 0;
                Assert.True(revision == kept || revision == kept + 1, $"Power cut before operation {crash}: revision {revision} of {kept} kept; {string.Join(' ', problems)}");
                if (found is not null)
                    Assert.Equal(TextOf(revision), Encoding.UTF8.GetString(found.Policy.Span));

                // And it goes on from there.
                Assert.Null(store.Store(Slot(100)));
                Assert.Equal(100, new SlotStore(after).Load([])[0].Revision);
            }
        }

        output.WriteLine($"{(Stores * OperationsOfStore) + 1} moments, {states} states of the disk");
    }

    [Fact]
    public void A_disk_that_only_says_it_has_synced_leaves_nothing_that_is_taken_for_whole()
    {
        for (var crash = 0; crash <= Stores * OperationsOfStore; crash++)
        {
            var disk = new SimulatedDisk { CrashAt = crash, Lies = true };
            KeepUntilPowerCut(disk, Stores);
            foreach (var after in disk.AfterPowerCut(new Random(crash)))
            {
                foreach (var slot in new SlotStore(after).Load([]))
                    Assert.Equal(TextOf(slot.Revision!.Value), Encoding.UTF8.GetString(slot.Policy.Span));
            }
        }
    }

    [Fact]
    public void An_operation_that_fails_is_told_and_loses_nothing()
    {
        for (var fail = 0; fail < OperationsOfStore; fail++)
        {
            var disk = new SimulatedDisk();
            var store = new SlotStore(disk);
            store.Load([]);
            for (var revision = 1; revision <= 3; revision++)
                Assert.Null(store.Store(Slot(revision)));
            disk.FailAt = disk.Operations + fail;
            Assert.Equal("No space left on device", store.Store(Slot(4)));
            Assert.Equal(fail == OperationsOfStore - 1 ? 4 : 3, new SlotStore(disk).Load([])[0].Revision);
            Assert.Null(store.Store(Slot(5)));
            Assert.Equal(5, new SlotStore(disk).Load([])[0].Revision);
        }
    }

    [Fact]
    public void Every_byte_of_a_kept_policy_counts()
    {
        var file = SlotFormat.Write(Slot(7));
        Assert.NotNull(SlotFormat.Read(file, out _));
        for (var i = 0; i < file.Length; i++)
        {
            var changed = file.ToArray();
            changed[i] ^= 0x10;
            Assert.Null(SlotFormat.Read(changed, out var problem));
            Assert.NotEmpty(problem);
            Assert.Null(SlotFormat.Read(file.AsMemory(0, i), out _));
        }

        Assert.Null(SlotFormat.Read(file.Concat(new byte[] { 0 }).ToArray(), out _));
    }

    [Fact]
    public void What_was_kept_comes_back_as_it_was()
    {
        var slot = Slot(7) with { Revision = null, Sequence = 3 };
        var back = SlotFormat.Read(SlotFormat.Write(slot), out _)!;
        Assert.Null(back.Revision);
        Assert.Equal((3L, slot.StoredAt, slot.ETag), (back.Sequence, back.StoredAt, back.ETag));
        Assert.Equal(slot.Signatures.ToArray(), back.Signatures.ToArray());
        Assert.Equal(slot.Policy.ToArray(), back.Policy.ToArray());
    }

    [Fact]
    public void One_that_must_not_be_used_is_the_next_to_be_replaced()
    {
        var disk = new SimulatedDisk();
        var store = new SlotStore(disk);
        store.Load([]);
        Assert.Null(store.Store(Slot(1)));
        Assert.Null(store.Store(Slot(2)));
        var again = new SlotStore(disk);
        again.Discard(again.Load([])[0]);
        Assert.Null(again.Store(Slot(3)));
        Assert.Equal([1L, 3L], new SlotStore(disk).Load([]).Select(static slot => slot.Revision).Order());
    }

    private static long KeepUntilPowerCut(SimulatedDisk disk, int stores)
    {
        var store = new SlotStore(disk);
        store.Load([]);
        for (var revision = 1L; revision <= stores; revision++)
        {
            try
            {
                Assert.Null(store.Store(Slot(revision)));
            }
            catch (PowerCutException)
            {
                return revision - 1;
            }
        }

        return stores;
    }

    private static PolicySlot Slot(long revision) => new()
    {
        Sequence = 0, Revision = revision, StoredAt = DateTimeOffset.UnixEpoch.AddYears(60), ETag = $"\"{revision}\"", Signatures = new byte[] { 1, 2, 3 }, Policy = Encoding.UTF8.GetBytes(TextOf(revision)),
    };

    private static string TextOf(long revision) => $"policy {revision} {new string('x', 400)}";
}
