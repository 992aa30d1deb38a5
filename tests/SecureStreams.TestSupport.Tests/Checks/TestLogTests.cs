using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Tests.Checks;

[Collection(nameof(WholeProcess))]
public class TestLogTests
{
    [Fact]
    public void Keeps_all_and_fails_on_errors_only()
    {
        var lines = new List<string>();
        using var log = new TestLog(lines.Add);
        var logger = log.CreateLogger("cat");
        logger.LogWarning(7, "low on {What}", "milk");
        log.AssertClean();
        Assert.Equal("Warning cat[7] low on milk", log.Entries.Single().ToString());
        Assert.Equal(["Warning cat[7] low on milk"], lines);

        logger.LogError(8, "out of {What}", "milk");
        Assert.Contains("out of milk", Assert.Throws<CheckFailedException>(log.AssertClean).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_allowed_does_not_fail_and_allows_nothing_else()
    {
        using var log = new TestLog().Allow("out of milk");
        var logger = log.CreateLogger("cat");
        logger.LogError("out of milk");
        log.AssertClean();
        logger.LogCritical("out of bread");
        Assert.DoesNotContain("milk", Assert.Throws<CheckFailedException>(log.AssertClean).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unobserved_exception_fails_unless_allowed()
    {
        using var strict = new TestLog();
        using var lenient = new TestLog().AllowUnobserved(static error => error is FormatException);
        Abandon();
        Assert.Contains("nobody looks", Assert.Throws<CheckFailedException>(strict.AssertClean).Message, StringComparison.Ordinal);
        lenient.AssertClean();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Abandon() => _ = Task.FromException(new FormatException("nobody looks"));
    }
}
