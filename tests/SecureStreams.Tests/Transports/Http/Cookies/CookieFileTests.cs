using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports.Http.Cookies;
using Xunit;

namespace SecureStreams.Tests.Transports.Http.Cookies;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CookieFileTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "ss-cookies-" + Guid.NewGuid().ToString("N"));
    private readonly ManualTimeProvider _clock = new();
    private readonly TestLog _log = new();

    private string File => Path.Combine(_folder, CookieFile.Name);

    public void Dispose()
    {
        _log.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_outlasts_the_context_is_there_again_and_nothing_else()
    {
        await SetAsync("kept=a%20b\té; Max-Age=1000; Path=/; Secure", "session=1", "short=1; Max-Age=10", "gone=1; Max-Age=1000", "gone=; Max-Age=0");
        _clock.Advance(TimeSpan.FromSeconds(10));
        await using (var store = Open())
        {
            Assert.Equal("kept=a%20b\té", store.HeaderFor(new Uri("https://a.test/"), null));
            Assert.Null(store.HeaderFor(new Uri("http://a.test/"), null));
            Assert.Null(store.HeaderFor(new Uri("https://b.test/"), null));
        }

        _clock.Advance(TimeSpan.FromSeconds(990));
        await using var late = Open();
        Assert.Null(late.HeaderFor(new Uri("https://a.test/"), null));
    }

    [Fact]
    public async Task The_file_is_its_owners_alone_and_is_replaced_whole()
    {
        await SetAsync("n=1; Max-Age=1000");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        var before = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        using (var old = System.IO.File.OpenText(File))
        {
            await SetAsync("n=2; Max-Age=1000");
            Assert.Equal(before, await old.ReadToEndAsync(TestContext.Current.CancellationToken)); // Whoever reads still has the old one, unharmed.
        }

        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task What_a_writer_that_crashed_left_behind_is_removed_after_an_hour()
    {
        await SetAsync("n=v; Max-Age=10000");
        var old = File + ".new-0123456789abcdef";
        var fresh = File + ".new-fedcba9876543210";
        var foreign = Path.Combine(_folder, "other.new-0123456789abcdef");
        foreach (var path in new[] { old, fresh, foreign })
            await System.IO.File.WriteAllTextAsync(path, "unfinished", TestContext.Current.CancellationToken);
        var now = _clock.GetUtcNow().UtcDateTime;
        System.IO.File.SetLastWriteTimeUtc(old, now.AddMinutes(-61));
        System.IO.File.SetLastWriteTimeUtc(fresh, now.AddMinutes(-59));
        System.IO.File.SetLastWriteTimeUtc(foreign, now.AddMinutes(-61));
        System.IO.File.SetLastWriteTimeUtc(File, now.AddMinutes(-61));
        await using var store = Open();
        Assert.Equal([File, fresh, foreign], Directory.GetFiles(_folder).Order(StringComparer.Ordinal));
        Assert.Equal("n=v", store.HeaderFor(new Uri("http://a.test/"), null));
    }

    [Theory]
    [InlineData("something else\n", "is no file of cookies")]
    [InlineData("SSCOOKIES1\nnot a cookie\n", "line 2")]
    [InlineData("SSCOOKIES1\na.test\thost\t/\tany\tsoon\tn\tv\n", "line 2")]
    [InlineData("SSCOOKIES1\na.test\thost\t/\tany\t99999999999999999\tn\tv\n", "line 2")]
    public async Task A_file_that_makes_no_sense_is_told_and_left_alone(string content, string problem)
    {
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await System.IO.File.WriteAllTextAsync(File, content, TestContext.Current.CancellationToken);
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await SetAsync("n=v; Max-Age=1000");
        Assert.Equal(content, await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
        Assert.Contains(_log.Entries, entry => entry.Message.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_others_can_read_or_that_is_a_link_is_not_trusted()
    {
        await SetAsync("n=v; Max-Age=1000");
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await using (var store = Open())
            Assert.Null(store.HeaderFor(new Uri("http://a.test/"), null));
        Assert.Contains(_log.Entries, static entry => entry.Message.Contains("chmod 600", StringComparison.Ordinal));

        var elsewhere = File + "-elsewhere";
        System.IO.File.Move(File, elsewhere);
        System.IO.File.CreateSymbolicLink(File, elsewhere);
        await using (var store = Open())
            Assert.Null(store.HeaderFor(new Uri("http://a.test/"), null));
        Assert.Contains(_log.Entries, static entry => entry.Message.Contains("symbolic link", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_and_tried_again()
    {
        await using var store = Open();
        Directory.CreateDirectory(File); // In its place.
        Take(store, "n=v; Max-Age=1000");
        await store.DisposeAsync();
        Assert.Contains(_log.Entries, static entry => entry.Message.Contains("cannot be written", StringComparison.Ordinal));
        Assert.Equal("n=v", store.HeaderFor(new Uri("http://a.test/"), null));
        Directory.Delete(File);
        Take(store, "m=v; Max-Age=1000");
        await store.DisposeAsync();
        await using var next = Open();
        Assert.Equal("n=v; m=v", next.HeaderFor(new Uri("http://a.test/"), null));
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    private static void Take(CookieStore store, params string[] lines)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("Set-Cookie", lines);
        store.Take(new Uri("https://a.test/"), null, response.Headers);
    }

    private CookieStore Open() => new(_folder, _clock, _log.CreateLogger("cookies"));

    private async Task SetAsync(params string[] lines)
    {
        await using var store = Open();
        Take(store, lines);
    }
}
