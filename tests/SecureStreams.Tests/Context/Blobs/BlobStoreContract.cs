using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Tests.Context.Blobs;

/// <summary>What holds for every store of blobs. A store has its tests derive from this.</summary>
public abstract class BlobStoreContract
{
    private protected ManualTimeProvider Clock { get; } = new();

    private protected abstract ISsBlobStore Store { get; }

    [Fact]
    public void What_is_written_is_read_until_it_is_replaced_or_removed()
    {
        Assert.Null(Store.Read("token"));
        Store.Write("token", "one"u8);
        Assert.Equal("one", Text("token"));
        Store.Write("token", "two, which is longer"u8);
        Assert.Equal("two, which is longer", Text("token"));
        Store.Write("token", default);
        Assert.Equal("", Text("token"));
        Assert.True(Store.Remove("token"));
        Assert.False(Store.Remove("token"));
        Assert.Null(Store.Read("token"));
    }

    [Fact]
    public void A_value_may_be_any_bytes_up_to_the_cap()
    {
        foreach (var length in new[] { 1, 7, 8, 9, 15, 16, 17, 4096, SsBlob.LargestBytes })
        {
            var value = new byte[length];
            for (var i = 0; i < length; i++)
                value[i] = (byte)(i * 7);
            Store.Write("v", value);
            using var blob = Store.Read("v");
            Assert.True(blob!.Span.SequenceEqual(value), $"{length} bytes came back changed.");
        }

        var error = Assert.Throws<ArgumentException>(() => Store.Write("v", new byte[SsBlob.LargestBytes + 1]));
        Assert.Contains("262144", error.Message, StringComparison.Ordinal);
        using var kept = Store.Read("v");
        Assert.Equal(SsBlob.LargestBytes, kept!.Span.Length);
    }

    [Fact]
    public void What_has_expired_is_not_there()
    {
        var expires = Clock.GetUtcNow() + TimeSpan.FromSeconds(10);
        Store.Write("token", "t"u8, expires);
        Store.Write("kept", "k"u8);
        using (var blob = Store.Read("token"))
            Assert.Equal(expires, blob!.Expires);
        using (var blob = Store.Read("kept"))
            Assert.Null(blob!.Expires);
        Assert.Equal(["kept", "token"], Store.ListNames());

        Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(Store.Read("token"));
        Assert.Equal(["kept"], Store.ListNames());

        // Replacing it takes its expiry away with it.
        Store.Write("token", "u"u8);
        Assert.Equal("u", Text("token"));
        Store.Write("past", "p"u8, Clock.GetUtcNow() - TimeSpan.FromDays(50_000));
        Assert.Null(Store.Read("past"));
    }

    [Fact]
    public void Who_subscribed_is_told_of_changes_and_may_call_the_store()
    {
        var told = new List<string>();
        using (Store.Subscribe(name => told.Add($"{name}={Text(name)}")))
        using (Store.Subscribe(_ => throw new InvalidOperationException("thrown by who subscribed")))
        using (Store.Subscribe(name => told.Add(name)))
        {
            var error = Assert.Throws<AggregateException>(() => Store.Write("a", "1"u8));
            Assert.IsType<InvalidOperationException>(Assert.Single(error.InnerExceptions));
            Assert.Equal(["a=1", "a"], told);
            Assert.Throws<AggregateException>(() => Store.Remove("a"));
            Assert.False(Store.Remove("a"));
            Assert.Equal(["a=1", "a", "a=", "a"], told);
        }

        Store.Write("a", "2"u8);
        Assert.Equal(4, told.Count);
    }

    [Fact]
    public void A_copy_is_cleared_and_another_is_not()
    {
        Store.Write("key", "secret"u8);
        var mine = Store.Read("key")!;
        var span = mine.Span;
        using var other = Store.Read("key")!;
        mine.Dispose();
        mine.Dispose();
        Assert.True(span.IndexOfAnyExcept((byte)0) < 0, "The copy was not cleared.");
        Assert.Throws<ObjectDisposedException>(() => mine.Span.Length);
        Assert.Equal("secret"u8.ToArray(), other.Span.ToArray());
        Assert.DoesNotContain("secret", other.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Store.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("../a")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("my secret")]
    [InlineData("a\nb")]
    [InlineData("größe")]
    public void What_is_no_name_is_refused_and_not_quoted(string name)
    {
        foreach (var call in new Action[] { () => Store.Read(name), () => Store.Write(name, "v"u8), () => Store.Remove(name) })
        {
            var error = Assert.Throws<ArgumentException>(call);
            if (name.Length > 2)
                Assert.DoesNotContain(name, error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Store.ListNames());
    }

    [Fact]
    public void A_name_has_at_most_128_characters()
    {
        var longest = new string('n', 128);
        Store.Write(longest, "v"u8);
        Assert.Equal([longest], Store.ListNames());
        Assert.Contains("129", Assert.Throws<ArgumentException>(() => Store.Write(longest + "n", "v"u8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_threads_see_whole_values_only()
    {
        Store.Write("v", Repeated(1));
        await Task.WhenAll(Enumerable.Range(1, 4).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                if (i % 2 == 0)
                {
                    Store.Write("v", Repeated(writer));
                    continue;
                }

                using var blob = Store.Read("v");
                var span = blob!.Span;
                Assert.Equal(1000 + span[0], span.Length);
                Assert.True(span.IndexOfAnyExcept(span[0]) < 0, "A value is mixed of two.");
            }
        })));
    }

    /// <summary>A value whose bytes and length both tell who wrote it.</summary>
    private protected static byte[] Repeated(int writer)
    {
        var value = new byte[1000 + writer];
        value.AsSpan().Fill((byte)writer);
        return value;
    }

    private protected string Text(string name)
    {
        using var blob = Store.Read(name);
        return blob is null ? "" : System.Text.Encoding.UTF8.GetString(blob.Span);
    }
}
